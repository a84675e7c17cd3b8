// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import io.inboard.call.client.ConnectionProbe;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.concurrent.FutureCallback;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.conn.ConnectionShutdownException;
import org.apache.http.nio.NHttpClientConnection;
import org.apache.http.nio.conn.ManagedNHttpClientConnection;
import org.apache.http.nio.protocol.HttpAsyncClientExchangeHandler;
import org.apache.http.nio.protocol.HttpAsyncRequestExecutor;
import org.apache.http.nio.reactor.IOSession;
import org.apache.http.nio.reactor.SocketAccessor;
import org.apache.http.protocol.HttpContext;

/**
 * The connection of one attempt: leased from the library's pool, secured, given back once. Until it
 * is {@link #keep kept apart}, the library's handler has it, too, and may give it up. Used by one
 * thread at a time; {@link #abort} and {@link #cancelLease} come from any.
 */
final class Line {
  private static final ConnectionProbe<SocketChannel> PROBE =
      ConnectionProbe.ofChannels(MethodHandles.lookup());

  private final Director director;
  private final Attempt attempt;

  /** As the application knows it. */
  private final HttpRoute logical;

  /** Null where the library resolves the host. */
  private final Endpoint endpoint;

  /** Null for plaintext, and where the TLS is the application's own. */
  private final TlsPlan plan;

  /** Null before it is leased, and once it was given back. */
  private final AtomicReference<NHttpClientConnection> held = new AtomicReference<>();

  /** Null before it is asked for. */
  private volatile Future<NHttpClientConnection> lease;

  /** Null for plaintext, and before the handshake. */
  private volatile SecuredSession secured;

  /** Whether this attempt has made it. */
  private boolean fresh;

  /** Whether the library's handler has it no more. Guarded by this. */
  private boolean apart;

  /** How long it may be kept then; null: it may not. */
  private Long keptMillis;

  /** Null where nothing of a response waits to be read. */
  private Unread unread;

  Line(Director director, Attempt attempt, boolean bystander) {
    this.director = director;
    this.attempt = attempt;
    this.logical = director.route();
    this.endpoint = bystander ? null : attempt.endpoint().orElse(null);
    this.plan = endpoint == null ? null : endpoint.tls().orElse(null);
  }

  /** Asks the pool; the answer may come at once, on this thread. */
  void lease(FutureCallback<NHttpClientConnection> leased) {
    HttpClientContext context = director.context();
    RequestConfig config = context.getRequestConfig();
    lease =
        director
            .manager()
            .requestConnection(
                endpoint == null ? logical : EndpointRoutes.of(endpoint, logical),
                context.getUserToken(),
                connectMillis(config.getConnectTimeout()),
                config.getConnectionRequestTimeout(),
                TimeUnit.MILLISECONDS,
                leased);
  }

  private long connectMillis(int asked) {
    long nanos = Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos());
    if (nanos == Long.MAX_VALUE) {
      return asked;
    }
    long most = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
    return asked > 0 ? Math.min(asked, most) : most;
  }

  /**
   * The pool need not answer any more. Since HttpCore 4.4.6 a cancellation is more than one step,
   * and a connection that AbstractNIOConnPool hands over between two of them stays leased, and is
   * nobody's: so it is all of them, or none, before the pool does something else.
   */
  void cancelLease() {
    Future<NHttpClientConnection> asked = lease;
    if (asked == null) {
      return;
    }
    Lock pools = Members.lock(director.manager());
    pools.lock();
    try {
      asked.cancel(true);
    } finally {
      pools.unlock();
    }
  }

  /** A connection that came too late. */
  void giveBack(NHttpClientConnection leased) {
    shutdown(leased);
    director.manager().releaseConnection(leased, null, 0, TimeUnit.MILLISECONDS);
  }

  /** The pool has answered: the connection is this attempt's. */
  void take(NHttpClientConnection leased) {
    fresh = !director.manager().isRouteComplete(leased);
    held.set(leased);
    director.attach(leased);
  }

  /**
   * Lets events of the connection go to a handler, which is then asked for the request.
   *
   * @return false if it is closed. At the end of TLS that came together with a response it may be
   *     about to: SSLIOSession closes it then, and HttpAsyncRequestExecutor#closed tells no handler
   *     that has sent nothing.
   */
  boolean begin(HttpAsyncClientExchangeHandler handler) {
    NHttpClientConnection connection = held.get();
    if (connection == null) {
      return false;
    }
    HttpContext context = connection.getContext();
    synchronized (context) {
      context.setAttribute(HttpAsyncRequestExecutor.HTTP_HANDLER, handler);
      if (connection.isStale() || isAtEndOfTls(connection)) {
        return false;
      }
      connection.requestOutput();
    }
    return true;
  }

  private static boolean isAtEndOfTls(NHttpClientConnection connection) {
    return connection instanceof ManagedNHttpClientConnection managed
        && managed.getIOSession() instanceof SecuredSession over
        && over.isEnded();
  }

  /** Whether it has ended while this attempt has it. */
  boolean isClosed() {
    NHttpClientConnection connection = held.get();
    return connection != null && !connection.isOpen();
  }

  /** Whether it is secured as it has to be, so that a request may go over it. */
  boolean isReady() {
    SecuredSession session = secured;
    return plan == null || (session == null ? !fresh : session.isVerified());
  }

  /**
   * Whether a byte of the request may have been sent, since the head was prepared.
   *
   * @return false only where that is known
   */
  boolean mayHaveSent() {
    SecuredSession session = secured;
    return session == null ? plan == null : session.isWritten();
  }

  /** The session of the mesh; null where there is none. */
  SSLSession session() {
    SecuredSession session = secured;
    return session == null ? null : session.session();
  }

  /**
   * Makes sure that what is sent next goes to the endpoint, secured as it has to be. On the
   * reactor's thread.
   *
   * @param whenVerified runs when a handshake that this begins has come to its end
   * @return whether a handshake has begun
   */
  boolean secure(Runnable whenVerified) throws SSLException {
    if (plan == null) {
      SSLException astray = astray();
      if (astray != null) {
        throw astray;
      }
      return false;
    }
    if (!(held.get() instanceof ManagedNHttpClientConnection managed)) {
      throw Refusals.unsecured(
          ApacheHttpAsyncClient4Hooks.NAME, endpoint, "there is no socket to secure");
    }
    IOSession session = managed.getIOSession();
    if (session instanceof SecuredSession known) {
      if (!known.leadsTo(endpoint.poolKey())) {
        throw Refusals.unsecured(
            ApacheHttpAsyncClient4Hooks.NAME, endpoint, "its connection leads elsewhere");
      }
      known.forgetWritten();
      secured = known;
      return false;
    }
    if (!fresh) {
      throw Refusals.unsecured(
          ApacheHttpAsyncClient4Hooks.NAME, endpoint, "the pool has a connection in the clear");
    }
    String host = logical.getTargetHost().getHostName();
    SecuredSession made = SecuredSession.over(session, endpoint, plan, host, whenVerified);
    secured = made;
    managed.bind(made);
    return true;
  }

  /** Why nothing may be sent to where the library has connected by itself; null: it may. */
  private SSLException astray() {
    if (endpoint != null || !(held.get() instanceof ManagedNHttpClientConnection managed)) {
      return null;
    }
    SocketAddress remote = managed.getIOSession().getRemoteAddress();
    return Refusals.astray(attempt, remote).orElse(null);
  }

  /**
   * Whether a pooled connection is one no more, before the first byte is written. On the reactor's
   * thread.
   */
  boolean isFoundDead() {
    if (fresh || !(held.get() instanceof ManagedNHttpClientConnection managed)) {
      return false;
    }
    IOSession session = managed.getIOSession();
    SecuredSession over = session instanceof SecuredSession known ? known : null;
    if (over != null && over.isEnded()) {
      return true;
    }
    IOSession below = over == null ? session : over.raw();
    Socket socket = below instanceof SocketAccessor accessor ? accessor.getSocket() : null;
    if (socket == null || socket.getChannel() == null) {
      return false;
    }
    return switch (PROBE.ask(socket.getChannel())) {
      case SILENT, UNKNOWN -> false;
      // Of TLS it may be a message of its own, such as a late session ticket: reading tells.
      case READABLE -> over == null || over.isStale();
      case BROKEN -> true;
    };
  }

  /** Nothing is read for now; on the reactor's thread. */
  void suspendInput() {
    NHttpClientConnection connection = held.get();
    if (connection instanceof ManagedNHttpClientConnection managed) {
      connection.suspendInput();
      unread = Unread.of(managed.getIOSession());
    }
  }

  /** It was read on. */
  void goesOn() {
    if (unread != null) {
      unread.end();
      unread = null;
    }
  }

  /** Nothing of the response is left, and who has the connection next has to read. */
  void readsAgain() {
    goesOn();
    NHttpClientConnection connection = held.get();
    if (connection != null) {
      connection.requestInput();
    }
  }

  /** It goes on. */
  void resume() {
    NHttpClientConnection connection = held.get();
    if (connection != null) {
      connection.requestInput();
      connection.requestOutput();
    }
  }

  /** The library's handler is done with the connection, which is read to the response's end. */
  void keep(HttpResponse response) {
    NHttpClientConnection connection = held.get();
    if (connection != null) {
      keptMillis = director.keptAfter(response);
      synchronized (this) {
        apart = director.detach(connection);
        if (!apart) {
          held.set(null);
        }
      }
    }
  }

  /** After {@link #keep}: the response's end was read. */
  void release() {
    NHttpClientConnection connection = held.getAndSet(null);
    if (connection == null) {
      return;
    }
    connection.getContext().removeAttribute(HttpAsyncRequestExecutor.HTTP_HANDLER);
    if (keptMillis == null) {
      close(connection);
      director.manager().releaseConnection(connection, null, 0, TimeUnit.MILLISECONDS);
    } else {
      Object user = director.context().getUserToken();
      director.manager().releaseConnection(connection, user, keptMillis, TimeUnit.MILLISECONDS);
    }
  }

  /** Ends the connection, unless the library's handler has. */
  void discard() {
    NHttpClientConnection connection;
    boolean own;
    synchronized (this) {
      connection = held.getAndSet(null);
      own = connection != null && (apart || director.detach(connection));
    }
    if (own) {
      giveBack(connection);
    }
  }

  /** Closes what is below, without a word to the peer; does not block. Any thread. */
  void abort() {
    if (held.get() instanceof ManagedNHttpClientConnection managed) {
      try {
        IOSession session = managed.getIOSession();
        (session instanceof SecuredSession over ? over.raw() : session).shutdown();
      } catch (ConnectionShutdownException e) {
        // The pool has it.
      }
    }
  }

  private static void close(NHttpClientConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // Closed enough.
    }
  }

  private static void shutdown(NHttpClientConnection connection) {
    try {
      connection.shutdown();
    } catch (IOException e) {
      // Closed enough.
    }
  }
}
