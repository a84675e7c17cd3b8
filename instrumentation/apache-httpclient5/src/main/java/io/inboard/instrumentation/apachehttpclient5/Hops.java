// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Call;
import io.inboard.call.Inboard;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.classic.MinimalHttpClient;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.TimeValue;

/**
 * The hops under way, by thread: what the hooks inside an attempt find. One that an application
 * makes inside another one (from its DnsResolver, an interceptor) hides the outer one.
 */
final class Hops {
  private static final ThreadLocal<Frame> CURRENT = new ThreadLocal<>();

  /** What the application gets after an error of ours, until that is asked for. */
  private static final ThreadLocal<Object[]> AFTER_MISTAKE = new ThreadLocal<>();

  /**
   * What this thread sends.
   *
   * @param hop null for what is left alone, inside a hop that it must not be taken for
   */
  private record Frame(Way way, Hop hop) {}

  private Hops() {}

  /** What is sent by this method of the library; null to let it go on. */
  static Way way(
      ExecChainHandler connect,
      ClassicHttpRequest request,
      ExecChain.Scope scope,
      ExecChain chain) {
    return isLeftAlone()
        ? null
        : new Way.Chain(connect, request, scope, chain, Conversation.of(scope.execRuntime));
  }

  /** The same. */
  static Way way(
      MinimalHttpClient client, HttpHost target, ClassicHttpRequest request, HttpContext context) {
    return isLeftAlone() || target == null || request == null
        ? null
        : new Way.Minimal(client, target, request, context);
  }

  private static boolean isLeftAlone() {
    Frame outer = CURRENT.get();
    return outer == null ? Inboard.outbound().disabled() : outer.way.takesEntry();
  }

  /**
   * All attempts of a hop.
   *
   * @return a response and null, or null and an error; null to let the library go on
   */
  static Object[] run(Way way) {
    SSLException past = HopRequest.past(way.request(), way.target(), way.isProxied()).orElse(null);
    if (past != null) {
      return new Object[] {null, past};
    }
    Frame outer = CURRENT.get();
    Hop hop = begun(way);
    Object[] outcome = null;
    if (hop != null) {
      CURRENT.set(new Frame(way, hop));
      try {
        outcome = hop.run();
      } catch (Throwable e) {
        AFTER_MISTAKE.set(hop.afterMistake(e));
        throw e;
      } finally {
        if (way.conversation() != null) {
          way.conversation().decide(hop.isDecided());
        }
        hop.over();
        restore(outer);
      }
    }
    return outcome == null && outer != null ? hidden(way, outer) : outcome;
  }

  /** Null for a call that is left alone. */
  private static Hop begun(Way way) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    HopRequest view = way.view();
    Call call = Inboard.outbound().begin(view);
    return call == Call.UNTOUCHED ? null : new Hop(way, view, call);
  }

  /** A call that is left alone, inside a hop that its connection must not be taken for. */
  private static Object[] hidden(Way way, Frame outer) {
    CURRENT.set(new Frame(way, null));
    way.enter();
    try {
      return new Object[] {way.send(null), null};
    } catch (Throwable e) {
      return new Object[] {null, e};
    } finally {
      CURRENT.set(outer);
    }
  }

  private static void restore(Frame outer) {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }

  private static Hop hop() {
    Frame frame = CURRENT.get();
    return frame == null ? null : frame.hop;
  }

  /**
   * After an error of ours: what may have been sent is not sent once more, and what must be
   * encrypted is refused.
   */
  static Object[] mistaken(Throwable mistake, HttpHost target) {
    Object[] outcome = AFTER_MISTAKE.get();
    AFTER_MISTAKE.remove();
    if (outcome != null || target == null) {
      return outcome;
    }
    return HopRequest.failClosed(target, mistake)
        .map(refused -> new Object[] {null, refused})
        .orElse(null);
  }

  /** Null to leave the library's. */
  static HttpRoute route(Object runtime, HttpRoute own) {
    Hop hop = hop();
    return hop == null ? null : hop.route(runtime, own);
  }

  /** The wait for the pool; null to leave the library's. */
  static LeaseRequest leasing(LeaseRequest own) {
    return own == null || hop() == null ? null : new Lease(own);
  }

  /** The route that the application knows; null to leave the one that is asked about. */
  static HttpRoute logical(HttpRoute asked) {
    Hop hop = hop();
    return hop == null ? null : hop.logical(asked);
  }

  /** The host that the application knows; null to leave the one that is asked about. */
  static HttpHost logical(HttpHost asked) {
    Hop hop = hop();
    return hop == null ? null : hop.logical(asked);
  }

  /** Where to connect, and for how long; null to leave the library's. */
  static Object[] connecting(
      ManagedHttpClientConnection connection, HttpHost host, TimeValue timeout) {
    Hop hop = hop();
    return hop == null ? null : hop.connecting(connection, host, timeout);
  }

  /** TLS over what has connected; null, or what the application gets. */
  static Throwable secure(ManagedHttpClientConnection connection) {
    Hop hop = hop();
    return hop == null ? null : hop.secure(connection);
  }

  /** After an error of ours. */
  static Throwable unsecured(Throwable mistake) {
    Hop hop = hop();
    return hop == null ? null : hop.unsecured(mistake);
  }

  /** The head of a request is written next; null, or why not. */
  static Throwable head(Object connection, ClassicHttpRequest request) throws IOException {
    Hop hop = hop();
    if (hop != null) {
      return hop.head(connection, request);
    }
    Throwable refused = unsent(null, request);
    return refused == null ? unled(connection) : refused;
  }

  /** The same by where its connection leads, whatever the name in its URL. */
  private static Throwable unled(Object connection) {
    return Inboard.outbound().disabled()
            || !(connection instanceof ManagedHttpClientConnection managed)
            || managed.getSSLSession() != null
        ? null
        : Refusals.opening(() -> Optional.of(connection.getClass()), managed.getRemoteAddress())
            .orElse(null);
  }

  /**
   * What no hop sends: a chain of the application's own, or an error of ours. It is refused where
   * it would go out in the clear.
   */
  static Throwable unsent(Throwable mistake, ClassicHttpRequest request) {
    Hop hop = hop();
    if (hop != null) {
      return hop.unsecured(mistake);
    }
    NamedEndpoint authority = request.getAuthority();
    if (authority == null || Inboard.outbound().disabled()) {
      return null;
    }
    String scheme = request.getScheme() == null ? "http" : request.getScheme();
    return HopRequest.failClosed(new HttpHost(scheme, authority), mistake).orElse(null);
  }
}
