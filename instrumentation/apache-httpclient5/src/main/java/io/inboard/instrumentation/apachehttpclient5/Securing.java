// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Endpoint;
import io.inboard.call.Inboard;
import io.inboard.call.TlsPlan;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.ConnectExceptionSupport;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.TlsDetails;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * A connection to an endpoint while it is made, in every version of the library in the same way:
 * the library gets it after the handshake, or does not get it. Until 5.1 the library knows nothing
 * of the end of a handshake, which begins with the first request; so this takes the place of the
 * handler of the connection's events until then. Safe for use by any thread.
 */
final class Securing implements FutureCallback<IOSession>, Future<IOSession>, IOEventHandler {
  /** A handshake's bound where the library has none, or a longer one. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** By the session of a connection, the pool key of the endpoint that it leads to. */
  private static final WeakIdentityMap<SSLSession, Object> LEADS = new WeakIdentityMap<>();

  private final Endpoint endpoint;
  private final HttpHost target;
  private final long handshakeNanos;
  private final List<String> protocols;

  /** The library's. */
  private final FutureCallback<IOSession> own;

  /** The library's handler of its events; written before the handshake begins. */
  private IOEventHandler handler;

  /** Whether the library has begun the handshake by itself; on the connection's thread. */
  private boolean begun;

  /** Guarded by this, as all that follow; null before the library has begun. */
  private Future<IOSession> connecting;

  /** Null before it is connected. */
  private ProtocolIOSession session;

  private Runnable forget = () -> {};
  private boolean cancelled;
  private boolean over;

  private Securing(
      Routes.Lead lead,
      HttpHost target,
      Timeout timeout,
      Object attachment,
      FutureCallback<IOSession> own) {
    this.endpoint = lead.endpoint();
    this.target = target;
    this.handshakeNanos =
        TimeValue.isPositive(timeout)
            ? Math.min(timeout.toNanoseconds(), HANDSHAKE_NANOS)
            : HANDSHAKE_NANOS;
    this.protocols = protocols(attachment);
    this.own = own;
  }

  /**
   * What the library is about to speak on it. Asked for plaintext it never negotiates: it speaks
   * HTTP/2 where the application has forced it, or has a client of nothing else.
   */
  private static List<String> protocols(Object policy) {
    return policy == null || policy == HttpVersionPolicy.FORCE_HTTP_2
        ? List.of("h2")
        : List.of("http/1.1");
  }

  /**
   * Where to connect, and who is told.
   *
   * @return null to leave all
   */
  static Object[] opening(
      NamedEndpoint remote,
      SocketAddress address,
      Timeout timeout,
      Object attachment,
      FutureCallback<IOSession> own) {
    if (!Routes.isOurs(remote)) {
      return unled(remote, own);
    }
    Routes.Lead lead = Routes.lead(remote);
    if (lead == null) {
      // Nobody waits for it any more, and nobody knows where it leads.
      return new Object[] {
        remote, InetSocketAddress.createUnresolved(remote.getHostName(), 1), own
      };
    }
    HttpHost target = lead.target();
    SocketAddress where =
        target.getAddress() == null
            ? null
            : new InetSocketAddress(target.getAddress(), target.getPort());
    return new Object[] {target, where, new Securing(lead, target, timeout, attachment, own)};
  }

  /** What no attempt connects is refused where it would go out in the clear. */
  private static Object[] unled(NamedEndpoint remote, FutureCallback<IOSession> own) {
    if (Flights.isUnderWay()
        || Inboard.outbound().disabled()
        || !(remote instanceof HttpHost host)) {
      return null;
    }
    return HopRequest.failClosed(host, null)
        .map(
            refused ->
                new Object[] {
                  host,
                  InetSocketAddress.createUnresolved(host.getHostName(), 1),
                  told(own, refused)
                })
        .orElse(null);
  }

  private static FutureCallback<IOSession> told(
      FutureCallback<IOSession> own, SSLException refused) {
    return new FutureCallback<>() {
      @Override
      public void completed(IOSession connected) {
        connected.close(CloseMode.IMMEDIATE);
        own.failed(refused);
      }

      @Override
      public void failed(Exception cause) {
        own.failed(refused);
      }

      @Override
      public void cancelled() {
        own.cancelled();
      }
    };
  }

  /** The library connects; null to leave its future. */
  static Future<IOSession> opened(Object[] taken, Future<IOSession> connecting) {
    if (taken == null || !(taken[2] instanceof Securing securing)) {
      return null;
    }
    boolean isCancelled;
    synchronized (securing) {
      securing.connecting = connecting;
      isCancelled = securing.cancelled;
    }
    if (isCancelled) {
      connecting.cancel(true);
    }
    return securing;
  }

  /** Whether a session is of ours, and of this generation of keys, with this endpoint. */
  static boolean leadsTo(SSLSession session, Object poolKey) {
    return LEADS.get(session) == poolKey;
  }

  // The library's connect

  @Override
  public void completed(IOSession connected) {
    TlsPlan plan = endpoint.tls().orElse(null);
    if (plan == null) {
      if (isLast()) {
        own.completed(connected);
      }
    } else if (connected instanceof ProtocolIOSession secured) {
      shakeHands(secured, plan);
    } else {
      connected.close(CloseMode.IMMEDIATE);
      fail(
          Refusals.unsecured(
              ApacheHttpClient5AsyncHooks.NAME, endpoint, "there is no socket to secure"));
    }
  }

  @Override
  public void failed(Exception cause) {
    boolean isRaw =
        cause instanceof IOException
            && !(cause instanceof HttpHostConnectException)
            && !(cause instanceof ConnectTimeoutException);
    // As newer versions say it, and all of them of what they have resolved.
    fail(
        isRaw && target.getAddress() != null
            ? ConnectExceptionSupport.enhance((IOException) cause, target, target.getAddress())
            : cause);
  }

  @Override
  public void cancelled() {
    if (isLast()) {
      own.cancelled();
    }
  }

  // The handshake

  private void shakeHands(ProtocolIOSession secured, TlsPlan plan) {
    boolean isCancelled;
    synchronized (this) {
      session = secured;
      isCancelled = cancelled || over;
    }
    if (isCancelled) {
      secured.close(CloseMode.IMMEDIATE);
      cancelled();
      return;
    }
    Runnable late = Delays.OF_JDK.after(handshakeNanos, this::giveUp);
    boolean isOver;
    synchronized (this) {
      forget = late;
      isOver = over;
    }
    if (isOver) {
      late.run();
    }
    try {
      handler = secured.getHandler();
      secured.upgrade(this);
      secured.startTls(
          plan.context(),
          named(plan),
          SSLBufferMode.STATIC,
          (host, engine) -> begin(plan, engine),
          (host, engine) -> verified(plan, engine),
          Timeout.ofMilliseconds(Math.max(1, TimeUnit.NANOSECONDS.toMillis(handshakeNanos))));
      if (!begun) {
        secured.setEvent(SelectionKey.OP_WRITE);
      }
    } catch (RuntimeException e) {
      fail(Refusals.unsecured(ApacheHttpClient5AsyncHooks.NAME, endpoint, e));
    }
  }

  /** By whom the JDK keeps sessions: as an engine of the plan has it. */
  private NamedEndpoint named(TlsPlan plan) {
    SSLEngine engine = plan.engine(endpoint.address(), protocols);
    return new Peer(engine.getPeerHost(), engine.getPeerPort());
  }

  private record Peer(String host, int port) implements NamedEndpoint {
    @Override
    public String getHostName() {
      return host;
    }

    @Override
    public int getPort() {
      return port;
    }
  }

  private void begin(TlsPlan plan, SSLEngine engine) {
    begun = true;
    SSLParameters parameters = engine.getSSLParameters();
    plan.configure(parameters, protocols);
    engine.setSSLParameters(parameters);
  }

  private TlsDetails verified(TlsPlan plan, SSLEngine engine) throws SSLException {
    SSLSession agreed = engine.getSession();
    plan.verify(agreed);
    LEADS.put(agreed, endpoint.poolKey());
    return new TlsDetails(agreed, engine.getApplicationProtocol());
  }

  /** The handshake has ended well. */
  @Override
  public void connected(IOSession secured) throws IOException {
    ProtocolIOSession mine;
    synchronized (this) {
      mine = session;
    }
    mine.upgrade(handler);
    handler.connected(secured);
    if (isLast()) {
      own.completed(mine);
    }
  }

  @Override
  public void exception(IOSession secured, Exception cause) {
    fail(cause);
    handler.exception(secured, cause);
  }

  @Override
  public void disconnected(IOSession secured) {
    fail(new ConnectionClosedException("Connection closed within the TLS handshake"));
    handler.disconnected(secured);
  }

  @Override
  public void timeout(IOSession secured, Timeout timeout) throws IOException {
    giveUp();
    handler.timeout(secured, timeout);
  }

  @Override
  public void inputReady(IOSession secured, ByteBuffer input) throws IOException {
    handler.inputReady(secured, input);
  }

  @Override
  public void outputReady(IOSession secured) throws IOException {
    handler.outputReady(secured);
  }

  private void giveUp() {
    fail(
        new ConnectTimeoutException(
            "TLS handshake with "
                + target.toHostString()
                + " took longer than "
                + TimeUnit.NANOSECONDS.toMillis(handshakeNanos)
                + " ms",
            target));
  }

  private void fail(Exception cause) {
    if (isLast()) {
      ProtocolIOSession made;
      synchronized (this) {
        made = session;
      }
      if (made != null) {
        made.close(CloseMode.IMMEDIATE);
      }
      own.failed(cause);
    }
  }

  /** Whether the library has to be told, which is done once. */
  private boolean isLast() {
    Runnable late;
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
      late = forget;
    }
    late.run();
    return true;
  }

  // The library's future

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    Future<IOSession> first;
    ProtocolIOSession second;
    synchronized (this) {
      if (over) {
        return false;
      }
      cancelled = true;
      first = connecting;
      second = session;
    }
    if (second != null) {
      second.close(CloseMode.IMMEDIATE);
      cancelled();
    } else if (first != null) {
      first.cancel(mayInterruptIfRunning);
    }
    return true;
  }

  @Override
  public synchronized boolean isCancelled() {
    return cancelled;
  }

  @Override
  public synchronized boolean isDone() {
    return over;
  }

  @Override
  public IOSession get() throws InterruptedException, ExecutionException {
    return connecting().get();
  }

  @Override
  public IOSession get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return connecting().get(timeout, unit);
  }

  private synchronized Future<IOSession> connecting() {
    return connecting;
  }
}
