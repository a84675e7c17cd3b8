// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.Call;
import io.inboard.call.Inboard;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.methods.HttpExecutionAware;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.ManagedHttpClientConnection;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.execchain.ClientExecChain;

/**
 * The hops under way, by thread: what the hooks inside an attempt find. One that an application
 * makes inside another one (from its DnsResolver, its socket factory) hides the outer one.
 */
final class Hops {
  private static final ThreadLocal<Hop> CURRENT = new ThreadLocal<>();

  /** What the application gets after an error of ours, until that is asked for. */
  private static final ThreadLocal<Object[]> AFTER_MISTAKE = new ThreadLocal<>();

  private Hops() {}

  /** See {@link ClientAdvice.Hop}. */
  static Object[] run(
      ClientExecChain main,
      HttpRoute route,
      HttpRequestWrapper request,
      HttpClientContext context,
      HttpExecutionAware aware) {
    if (aware instanceof Watch) {
      // An attempt of a hop.
      return null;
    }
    Conversation conversation = Conversation.of(context);
    boolean resent = conversation != null && conversation.hopBegins();
    Hop outer = CURRENT.get();
    if (Inboard.outbound().disabled()) {
      return outer == null ? null : hidden(outer, main, route, request, context, aware);
    }
    SSLException past = HopRequest.past(request, route).orElse(null);
    if (past != null) {
      return new Object[] {null, past};
    }
    HopRequest view = new HopRequest(request, route, context, conversation, resent);
    Call call = Inboard.outbound().begin(view);
    if (call == Call.UNTOUCHED) {
      return outer == null ? null : hidden(outer, main, route, request, context, aware);
    }
    Hop hop = new Hop(main, route, request, context, aware, view, call);
    Object[] outcome;
    CURRENT.set(hop);
    try {
      outcome = hop.run();
    } catch (Throwable e) {
      AFTER_MISTAKE.set(hop.afterMistake(e));
      throw e;
    } finally {
      if (conversation != null) {
        conversation.decide(hop.isDecided());
      }
      hop.over();
      restore(outer);
    }
    if (conversation != null && outcome != null) {
      conversation.name(outcome, route);
    }
    return outcome != null || outer == null
        ? outcome
        : hidden(outer, main, route, request, context, aware);
  }

  private static void restore(Hop outer) {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }

  /** A call that is left alone, inside a hop that its connection must not be taken for. */
  private static Object[] hidden(
      Hop outer,
      ClientExecChain main,
      HttpRoute route,
      HttpRequestWrapper request,
      HttpClientContext context,
      HttpExecutionAware aware) {
    CURRENT.remove();
    try {
      return new Object[] {main.execute(route, request, context, Watch.nothing(aware)), null};
    } catch (Throwable e) {
      return new Object[] {null, e};
    } finally {
      CURRENT.set(outer);
    }
  }

  /**
   * After an error of ours: what may have been sent is not sent once more, and what must be
   * encrypted is refused.
   */
  static Object[] mistaken(Throwable mistake, HttpRoute route) {
    Object[] outcome = AFTER_MISTAKE.get();
    AFTER_MISTAKE.remove();
    if (outcome != null) {
      return outcome;
    }
    return HopRequest.failClosed(route.getTargetHost(), mistake)
        .map(refused -> new Object[] {null, refused})
        .orElse(null);
  }

  /** The route that the application knows; null to leave the one that is asked about. */
  static HttpRoute logicalRoute(Object asked) {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.logicalRoute(asked);
  }

  /** The host that the application knows; null to leave the one that is asked about. */
  static HttpHost logicalHost(HttpHost asked) {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.logicalHost(asked);
  }

  /** Where to connect, and for how long; null to leave the library's. */
  static Object[] connecting(ManagedHttpClientConnection connection, HttpHost host, int timeout) {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.connecting(connection, host, timeout);
  }

  /**
   * TLS over what has connected; null, or what the application gets. A connection of no hop is one
   * that an application opens by hand, past the client: it is refused where it would be in the
   * clear, by whatever name it got there.
   */
  static Throwable secure(ManagedHttpClientConnection connection, HttpHost host) {
    Hop hop = CURRENT.get();
    if (hop != null) {
      return hop.secure(connection);
    }
    if (Inboard.outbound().disabled()) {
      return null;
    }
    Throwable refused =
        HopRequest.failClosed(host, null)
            .<Throwable>map(r -> r)
            .or(() -> HopRequest.byHand(connection, host))
            .orElse(null);
    if (refused != null) {
      try {
        connection.shutdown();
      } catch (IOException e) {
        // Closed enough.
      }
    }
    return refused;
  }

  /** What the application is told of an error of the library's; null to leave it. */
  static Throwable notConnected(Throwable error) {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.notConnected(error);
  }

  /** After an error of ours. */
  static Throwable unsecured(Throwable mistake) {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.unsecured(mistake);
  }

  /** The head of a request is written next; null, or why not. */
  static Throwable head(Object connection, HttpRequest request) {
    Hop hop = CURRENT.get();
    return hop == null ? null : hop.head(connection, request);
  }

  static void headIsWritten(HttpRequest request) {
    Hop hop = CURRENT.get();
    if (hop != null) {
      hop.headIsWritten(request);
    }
  }

  /** The body of a request is written next. */
  static void body(HttpEntityEnclosingRequest request) {
    Hop hop = CURRENT.get();
    if (hop != null) {
      hop.body(request);
    }
  }

  static void bodyIsWritten(HttpEntityEnclosingRequest request) {
    Hop hop = CURRENT.get();
    if (hop != null) {
      hop.bodyIsWritten(request);
    }
  }
}
