// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.TlsPlan;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Handshakes;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;

/**
 * TLS of ours below a connection of HTTP. The peer is judged before a byte of a request is written,
 * also after a resumption, which asks no trust manager.
 */
class SecuredConnection extends SslConnection implements SslHandshakeListener {
  /** By the connection that requests are given; what that leads to may lead back to it. */
  private static final WeakIdentityMap<Object, WeakReference<SecuredConnection>> BELOW =
      new WeakIdentityMap<>();

  /** Of what has no HttpClient, this is asked, too. */
  private static final boolean SINCE_12 = Members.SSL_END_POINT.isThere();

  private final SSLEngine engine;
  private final TlsPlan plan;

  /** What may be spoken, the application's favourite first. */
  private final List<String> protocols;

  /** Of those, as the handshake has ended; null before. Written like the next two. */
  private volatile String protocol;

  /** The next two are written once, by the thread that shakes hands. */
  private volatile boolean trusted;

  private volatile Throwable failure;

  /**
   * Whether something is held that is not decrypted yet: Jetty 12 reads from the socket all that is
   * there, and decrypts what it is asked for. Written under a lock of Jetty's.
   */
  private volatile boolean holding;

  @SuppressWarnings({"deprecation", "this-escape"}) // The one constructor that all versions have.
  private SecuredConnection(
      ByteBufferPool buffers,
      Executor executor,
      EndPoint endPoint,
      SSLEngine engine,
      TlsPlan plan,
      List<String> protocols) {
    super(buffers, executor, endPoint, engine, false, false);
    this.engine = engine;
    this.plan = plan;
    this.protocols = protocols;
    setRenegotiationAllowed(false);
    addHandshakeListener(this);
  }

  /**
   * @param engine of the plan, which offers these protocols
   * @param protocols what may be spoken, the application's favourite first; of more than one a
   *     {@link Negotiating} is above
   */
  static SecuredConnection of(
      ByteBufferPool buffers,
      Executor executor,
      EndPoint endPoint,
      SSLEngine engine,
      TlsPlan plan,
      List<String> protocols) {
    return SINCE_12
        ? new Silent(buffers, executor, endPoint, engine, plan, protocols)
        : new SecuredConnection(buffers, executor, endPoint, engine, plan, protocols);
  }

  /** What is above TLS. */
  EndPoint decrypted() {
    return (EndPoint) (SINCE_12 ? Members.SSL_END_POINT : Members.DECRYPTED).call(this);
  }

  static void below(Object connection, SecuredConnection secured) {
    BELOW.put(connection, new WeakReference<>(secured));
  }

  /** Our TLS below a connection; null if there is none. */
  static SecuredConnection below(Object connection) {
    WeakReference<SecuredConnection> found = BELOW.get(connection);
    return found == null ? null : found.get();
  }

  /** Whether the handshake is over, and the peer is whom we expect. */
  boolean isTrusted() {
    return trusted;
  }

  @Override
  protected SSLEngineResult unwrap(SSLEngine by, ByteBuffer encrypted, ByteBuffer decrypted)
      throws SSLException {
    SSLEngineResult result = super.unwrap(by, encrypted, decrypted);
    holding = SINCE_12 && encrypted.hasRemaining();
    return result;
  }

  /**
   * Whether a side has said the end of TLS, of which Jetty closes the connection soon; or has said
   * something that is not decrypted yet, which behind a whole response is nothing else.
   */
  boolean isEnding() {
    return holding || engine.isInboundDone() || engine.isOutboundDone();
  }

  /** What ended the handshake; null if nothing did. */
  Throwable failure() {
    return failure;
  }

  SSLSession session() {
    return engine.getSession();
  }

  @Override
  public void handshakeSucceeded(Event event) throws SSLException {
    String spoken = spoken();
    Optional<SSLException> objection = Handshakes.objection(plan, engine, spoken);
    if (objection.isPresent()) {
      failure = objection.get();
      throw objection.get();
    }
    protocol = spoken;
    trusted = true;
    if (protocols.size() > 1) {
      ((Negotiating) decrypted().getConnection()).agreed(spoken);
    }
  }

  /** What is going to be spoken: where there is a choice, HTTP/1.1 needs no agreement. */
  private String spoken() {
    if (protocols.size() == 1) {
      return protocols.get(0);
    }
    return Dynamic.HTTP_2.equals(engine.getApplicationProtocol())
        ? Dynamic.HTTP_2
        : Dynamic.HTTP_1_1;
  }

  /** What is spoken; null before the end of the handshake. */
  String protocol() {
    return protocol;
  }

  @Override
  public void handshakeFailed(Event event, Throwable error) {
    if (failure == null) {
      failure = error;
    }
  }

  /** In 12 an application may ask for a connection's session: it has asked for no TLS. */
  private static final class Silent extends SecuredConnection {
    Silent(
        ByteBufferPool buffers,
        Executor executor,
        EndPoint endPoint,
        SSLEngine engine,
        TlsPlan plan,
        List<String> protocols) {
      super(buffers, executor, endPoint, engine, plan, protocols);
    }

    @Override
    protected SslEndPoint newSslEndPoint() {
      return new SilentEndPoint();
    }

    private final class SilentEndPoint extends SslEndPoint {
      @Override
      public SslSessionData getSslSessionData() {
        return null;
      }
    }
  }
}
