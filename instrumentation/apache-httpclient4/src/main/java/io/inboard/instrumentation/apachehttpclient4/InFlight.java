// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderSink;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.Refusals;
import io.inboard.call.client.SecuredSocket;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.conn.ManagedHttpClientConnection;
import org.apache.http.conn.routing.HttpRoute;

/** One attempt of a hop. Used by the thread that makes the call. */
final class InFlight {
  /** A handshake's bound where the mesh sets none. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final List<String> PROTOCOLS = List.of("http/1.1");

  private final Attempt attempt;
  private final HttpRoute logical;
  private final Line line = new Line();

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  /** Null for plaintext, and where the TLS is the application's own. */
  private final TlsPlan plan;

  /** What the pool is asked for. */
  private final HttpRoute route;

  private boolean connected;

  /** Whether this attempt has made its connection. */
  private boolean fresh;

  /** Whether its connection had ended, or was stopped, before the first byte. */
  private boolean unsent;

  private long connectDeadline;

  /** The head without our headers, while it is written; else null. */
  private Header[] own;

  /**
   * @param bystander whether the endpoint is not ours to choose
   */
  InFlight(Attempt attempt, boolean bystander, HttpRoute logical) {
    this.attempt = attempt;
    this.logical = logical;
    this.endpoint = bystander ? null : attempt.endpoint().orElse(null);
    this.plan = endpoint == null ? null : endpoint.tls().orElse(null);
    this.route = endpoint == null ? logical : Routes.of(endpoint, logical);
  }

  Attempt attempt() {
    return attempt;
  }

  Line line() {
    return line;
  }

  /** After an error of ours: what is thrown in place of sending; null where that is plaintext. */
  SSLException unsecured(Throwable mistake) {
    return plan == null ? null : Refusals.unsecured(ApacheHttpClient4Hooks.NAME, endpoint, mistake);
  }

  /** Whether a byte of the request may have been sent. */
  boolean isConnected() {
    return connected;
  }

  /** Whether its connection had ended, or was stopped, before the first byte. */
  boolean isUnsent() {
    return unsent;
  }

  HttpRoute route() {
    return route;
  }

  /** Whether this is a route, or its host, that the application does not know. */
  boolean isOurs(Object routeOrHost) {
    return endpoint != null
        && (routeOrHost.equals(route) || routeOrHost.equals(route.getTargetHost()));
  }

  /** Where to connect, and for how long; null to leave both. */
  Object[] connecting(ManagedHttpClientConnection connection, HttpHost host, int timeout) {
    fresh = true;
    line.use(connection);
    long nanos = Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos());
    if (endpoint == null && nanos == Long.MAX_VALUE) {
      return null;
    }
    long asked = timeout > 0 ? TimeUnit.MILLISECONDS.toNanos(timeout) : Long.MAX_VALUE;
    long most = Math.min(asked, nanos);
    connectDeadline = System.nanoTime() + Math.min(most, HANDSHAKE_NANOS);
    return new Object[] {
      endpoint == null ? host : Routes.target(endpoint, logical),
      asked <= nanos ? timeout : millis(nanos)
    };
  }

  private static int millis(long nanos) {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  /** What the application gets in place of the connection; null: nothing. */
  Throwable secure(ManagedHttpClientConnection connection) {
    Socket raw = connection.getSocket();
    if (plan == null || raw instanceof SecuredSocket) {
      return null;
    }
    if (raw == null) {
      return Refusals.unsecured(
          ApacheHttpClient4Hooks.NAME, endpoint, "there is no socket to secure");
    }
    long left = connectDeadline - System.nanoTime();
    try {
      connection.bind(
          new SecuredSocket(plan.wrap(raw, PROTOCOLS, millis(left)), raw, endpoint.poolKey()));
      // Who stopped it meanwhile has closed what is below.
      return null;
    } catch (IOException e) {
      close(connection);
      return e;
    }
  }

  /** What the application is told of an error of the library's; null to leave it. */
  Throwable notConnected(Throwable error) {
    return endpoint == null ? null : Routes.told(error, endpoint, logical);
  }

  private static void close(ManagedHttpClientConnection connection) {
    try {
      connection.shutdown();
    } catch (IOException e) {
      // Closed enough.
    }
  }

  /** The head is written next; null, or why it must not. */
  Throwable head(Object connection, HttpRequest request) {
    SSLSession session = null;
    if (connection instanceof ManagedHttpClientConnection managed) {
      if (plan != null && managed.getSocket() instanceof SecuredSocket secured) {
        session = secured.leadsTo(endpoint.poolKey()) ? secured.session() : null;
      }
      line.use(managed);
    }
    if (plan != null && session == null) {
      return Refusals.unsecured(
          ApacheHttpClient4Hooks.NAME, endpoint, "its connection leads elsewhere");
    }
    if (!connected) {
      if (line.isAborted()) {
        unsent = true;
        return new SocketException("Socket closed");
      }
      if (isFoundDead(connection)) {
        unsent = true;
        return new IOException("the server closed the connection before the request");
      }
      SSLException astray = astray(connection);
      if (astray != null) {
        unsent = true;
        return astray;
      }
      connected = true;
      attempt.connected(session);
    }
    own = request.getAllHeaders();
    attempt.writeHeaders(
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            request.setHeader(name, value);
          }

          @Override
          public void remove(String name) {
            request.removeHeaders(name);
          }
        });
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

  private boolean isFoundDead(Object connection) {
    return !fresh
        && attempt.meshRetries()
        && connection instanceof ManagedHttpClientConnection pooled
        && Liveness.isDead(pooled);
  }

  /** The application sees its request without our headers. */
  void headIsWritten(HttpRequest request) {
    if (own != null) {
      request.setHeaders(own);
      own = null;
    }
  }
}
