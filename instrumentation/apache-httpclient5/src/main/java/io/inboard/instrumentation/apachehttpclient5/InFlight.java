// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Refusals;
import io.inboard.call.client.SecuredSocket;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** One attempt of a hop. Used by the thread that makes the call. */
final class InFlight {
  /** A handshake's bound where the mesh sets none. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final List<String> PROTOCOLS = List.of("http/1.1");

  private final Attempt attempt;

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  /** Null for plaintext, and where the TLS is the application's own. */
  private final TlsPlan plan;

  private final Line line;

  /** The endpoint's, and in its place the application's; null unless the pool was asked. */
  private HttpRoute route;

  private HttpRoute logical;
  private boolean connected;

  /** Whether this attempt has made its connection. */
  private boolean fresh;

  private boolean dead;
  private long connectDeadline;

  /** What the head looked like without us; null unless it was written. */
  private Header[] own;

  private ClassicHttpRequest head;

  InFlight(Attempt attempt, boolean bystander, Line line) {
    this.attempt = attempt;
    this.line = line;
    this.endpoint = bystander ? null : attempt.endpoint().orElse(null);
    this.plan = endpoint == null ? null : endpoint.tls().orElse(null);
  }

  Attempt attempt() {
    return attempt;
  }

  Line line() {
    return line;
  }

  boolean hasEndpoint() {
    return endpoint != null;
  }

  /** After an error of ours: what is thrown in place of sending; null where that is plaintext. */
  SSLException unsecured(Throwable mistake) {
    return plan == null ? null : Refusals.unsecured(ApacheHttpClient5Hooks.NAME, endpoint, mistake);
  }

  /** Whether its connection had ended before the first byte. */
  boolean isDead() {
    return dead;
  }

  /** Whether a byte of the request may have been sent. */
  boolean isConnected() {
    return connected;
  }

  HttpRoute route(HttpRoute own) {
    logical = own;
    route = Routes.of(endpoint, own);
    return route;
  }

  HttpRoute logical(HttpRoute asked) {
    return asked.equals(route) ? logical : null;
  }

  HttpHost logical(HttpHost asked) {
    return route != null && asked.equals(route.getTargetHost()) ? logical.getTargetHost() : null;
  }

  /** Where to connect, and for how long; null to leave both. */
  Object[] connecting(ManagedHttpClientConnection connection, HttpHost host, TimeValue timeout) {
    fresh = true;
    line.use(connection);
    long nanos = Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos());
    if (endpoint == null && nanos == Long.MAX_VALUE) {
      return null;
    }
    boolean isOwn = TimeValue.isPositive(timeout) && timeout.toNanoseconds() <= Math.max(1, nanos);
    long most = isOwn ? timeout.toNanoseconds() : nanos;
    connectDeadline = System.nanoTime() + Math.min(most, HANDSHAKE_NANOS);
    return new Object[] {
      route == null ? host : Routes.target(endpoint, logical),
      isOwn || nanos == Long.MAX_VALUE ? timeout : millis(nanos)
    };
  }

  private static Timeout millis(long nanos) {
    return Timeout.ofMilliseconds(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  /** What the application gets in place of the connection; null: nothing. */
  Throwable secure(ManagedHttpClientConnection connection) {
    Socket raw = connection.getSocket();
    if (plan == null || raw instanceof SecuredSocket) {
      return null;
    }
    if (raw == null) {
      return Refusals.unsecured(
          ApacheHttpClient5Hooks.NAME, endpoint, "there is no socket to secure");
    }
    long left = TimeUnit.NANOSECONDS.toMillis(connectDeadline - System.nanoTime());
    try {
      connection.bind(
          new SecuredSocket(
              plan.wrap(raw, PROTOCOLS, (int) Math.max(1, left)), raw, endpoint.poolKey()));
      // Who stopped it meanwhile has closed what is below.
      return null;
    } catch (IOException e) {
      connection.close(CloseMode.IMMEDIATE);
      return e;
    }
  }

  /** The head is written next; null, or why it must not. */
  Throwable head(Object connection, ClassicHttpRequest request) throws IOException {
    if (own != null) {
      // Another request inside this one.
      return request == head ? null : refusal();
    }
    SSLSession session = null;
    if (connection instanceof ManagedHttpClientConnection managed) {
      if (managed.getSocket() instanceof SecuredSocket secured && plan != null) {
        session = secured.leadsTo(endpoint.poolKey()) ? secured.session() : null;
      }
      line.use(managed);
    }
    if ((plan != null && session == null) || (endpoint != null && route == null)) {
      return refusal();
    }
    if (!fresh
        && attempt.meshRetries()
        && connection instanceof ManagedHttpClientConnection pooled
        && Liveness.isDead(pooled)) {
      dead = true;
      return new IOException("the server closed the connection before the request");
    }
    SSLException astray = astray(connection);
    if (astray != null) {
      return astray;
    }
    connected = true;
    attempt.connected(session);
    own = request.getHeaders();
    head = request;
    attempt.writeHeaders(sink(request));
    if (endpoint != null) {
      SentHead.leaveOutTls(request);
    }
    return null;
  }

  /** Why nothing may be sent to where the library has connected by itself; null: it may. */
  private SSLException astray(Object connection) {
    Socket socket =
        endpoint == null && connection instanceof ManagedHttpClientConnection managed
            ? managed.getSocket()
            : null;
    return socket == null
        ? null
        : Refusals.astray(attempt, socket.getRemoteSocketAddress()).orElse(null);
  }

  private SSLException refusal() {
    return endpoint == null
        ? new SSLException("inboard: another request within this one")
        : Refusals.unsecured(ApacheHttpClient5Hooks.NAME, endpoint, "it is connected elsewhere");
  }

  private static HeaderSink sink(ClassicHttpRequest request) {
    return new HeaderSink() {
      @Override
      public void set(String name, String value) {
        request.setHeader(name, value);
      }

      @Override
      public void remove(String name) {
        request.removeHeaders(name);
      }
    };
  }

  /** The application sees its request without our headers. */
  void restoreHead() {
    if (own != null) {
      head.setHeaders(own);
    }
  }
}
