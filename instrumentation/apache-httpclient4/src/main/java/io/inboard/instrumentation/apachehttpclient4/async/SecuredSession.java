// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Endpoint;
import io.inboard.call.TlsPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.http.HttpHost;
import org.apache.http.nio.reactor.EventMask;
import org.apache.http.nio.reactor.IOSession;
import org.apache.http.nio.reactor.SessionBufferStatus;
import org.apache.http.nio.reactor.SocketAccessor;
import org.apache.http.nio.reactor.ssl.SSLIOSession;
import org.apache.http.nio.reactor.ssl.SSLMode;
import org.apache.http.nio.reactor.ssl.SSLSetupHandler;

/**
 * A connection with TLS of the mesh, for a library that was asked for plaintext: no {@link
 * SSLIOSession} to the eye, because the library keeps such a connection for the user whom its
 * session names, and shows that session to the application. The I/O reactor finds the SSLIOSession
 * below it by an attribute. Any thread, as the library's own.
 */
final class SecuredSession implements IOSession, SocketAccessor, ByteChannel, SSLSetupHandler {
  private static final List<String> PROTOCOLS = List.of("http/1.1");

  private final IOSession raw;
  private final Object poolKey;
  private final TlsPlan plan;
  private final SSLIOSession tls;
  private final ByteChannel channel;

  /** Runs when the peer was verified. */
  private final Runnable whenVerified;

  /** Whether the handshake is over, with the peer that is expected. Once true, it stays so. */
  private volatile boolean verified;

  /** Whether a byte was written since {@link #forgetWritten}. */
  private volatile boolean written;

  private SecuredSession(
      IOSession raw, Endpoint endpoint, TlsPlan plan, String host, Runnable whenVerified) {
    this.raw = raw;
    this.poolKey = endpoint.poolKey();
    this.plan = plan;
    this.whenVerified = whenVerified;
    InetSocketAddress address =
        endpoint.address().isUnresolved()
            ? (InetSocketAddress) raw.getRemoteAddress()
            : endpoint.address();
    SSLEngine engine = plan.engine(address, PROTOCOLS);
    this.tls =
        new Tls(
            raw,
            new HttpHost(host, address.getPort()),
            new OneEngine(engine, plan.context().getProvider()),
            this);
    this.channel = tls.channel();
  }

  /**
   * Begins a handshake over a connection that has carried nothing yet.
   *
   * @param whenVerified runs when the peer was verified
   */
  static SecuredSession over(
      IOSession raw, Endpoint endpoint, TlsPlan plan, String host, Runnable whenVerified)
      throws SSLException {
    SecuredSession secured = new SecuredSession(raw, endpoint, plan, host, whenVerified);
    raw.setAttribute(SSLIOSession.SESSION_KEY, secured.tls);
    secured.tls.initialize();
    return secured;
  }

  /** Whether it leads to the endpoint of this pool key, and belongs to its generation of keys. */
  boolean leadsTo(Object endpointsPoolKey) {
    return poolKey == endpointsPoolKey;
  }

  /** The session of the mesh. */
  SSLSession session() {
    return tls.getSSLSession();
  }

  boolean isVerified() {
    return verified;
  }

  /** Whether a byte was written since {@link #forgetWritten}. */
  boolean isWritten() {
    return written;
  }

  void forgetWritten() {
    written = false;
  }

  /** What TLS is layered over. */
  IOSession raw() {
    return raw;
  }

  /** Whether the peer has said the end of TLS. */
  boolean isEnded() {
    return tls.isInboundDone();
  }

  /** Whether what can be read now is more than a message of TLS itself. On the reactor's thread. */
  boolean isStale() {
    try {
      return tls.isAppInputReady() || tls.isInboundDone();
    } catch (IOException e) {
      return true;
    }
  }

  // Of the handshake

  /** The engine comes configured. */
  @Override
  public void initalize(SSLEngine engine) {}

  @Override
  public void verify(IOSession session, SSLSession sslSession) throws SSLException {
    if (!verified) {
      plan.verify(sslSession);
      verified = true;
      whenVerified.run();
    }
  }

  // What is written and read

  @Override
  public ByteChannel channel() {
    return this;
  }

  /** Nothing before the peer was verified. */
  @Override
  public int write(ByteBuffer from) throws IOException {
    int count = verified ? channel.write(from) : 0;
    if (count > 0) {
      written = true;
    }
    return count;
  }

  /** The end of TLS is the end, see {@link Tls}. */
  @Override
  public int read(ByteBuffer to) throws IOException {
    int count = channel.read(to);
    return count == 0 && to.hasRemaining() && tls.isInboundDone() ? -1 : count;
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    tls.close();
  }

  @Override
  public void shutdown() {
    tls.shutdown();
  }

  @Override
  public int getStatus() {
    return tls.getStatus();
  }

  @Override
  public boolean isClosed() {
    return tls.isClosed();
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return tls.getRemoteAddress();
  }

  @Override
  public SocketAddress getLocalAddress() {
    return tls.getLocalAddress();
  }

  @Override
  public int getEventMask() {
    return tls.getEventMask();
  }

  @Override
  public void setEventMask(int operations) {
    tls.setEventMask(operations);
  }

  @Override
  public void setEvent(int operation) {
    tls.setEvent(operation);
  }

  @Override
  public void clearEvent(int operation) {
    tls.clearEvent(operation);
  }

  @Override
  public int getSocketTimeout() {
    return tls.getSocketTimeout();
  }

  @Override
  public void setSocketTimeout(int millis) {
    tls.setSocketTimeout(millis);
  }

  @Override
  public void setBufferStatus(SessionBufferStatus status) {
    tls.setBufferStatus(status);
  }

  @Override
  public boolean hasBufferedInput() {
    return tls.hasBufferedInput();
  }

  @Override
  public boolean hasBufferedOutput() {
    return tls.hasBufferedOutput();
  }

  @Override
  public void setAttribute(String name, Object value) {
    tls.setAttribute(name, value);
  }

  @Override
  public Object getAttribute(String name) {
    return tls.getAttribute(name);
  }

  @Override
  public Object removeAttribute(String name) {
    return tls.removeAttribute(name);
  }

  @Override
  public Socket getSocket() {
    return tls.getSocket();
  }

  @Override
  public String toString() {
    return raw.toString();
  }

  /**
   * A peer may say the end of TLS and leave TCP open. The library would not notice, and wait for an
   * answer that cannot come.
   */
  private static final class Tls extends SSLIOSession {
    Tls(IOSession raw, HttpHost host, SSLContext context, SSLSetupHandler handler) {
      super(raw, SSLMode.CLIENT, host, context, handler);
    }

    @Override
    public synchronized boolean isAppInputReady() throws IOException {
      boolean ready = super.isAppInputReady();
      return ready
          || (isInboundDone()
              && getStatus() == IOSession.ACTIVE
              && (getEventMask() & EventMask.READ) != 0);
    }
  }
}
