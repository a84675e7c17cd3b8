// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/**
 * A connection with TLS of the mesh, for a library that was asked for plaintext: it reads and
 * writes, and is no {@link SSLSocket}. A library that sees one keeps the connection for the user
 * whom its session names, or shows the session to the application. Safe for use by the threads that
 * a {@link Socket} is.
 */
public final class SecuredSocket extends Socket {
  private final SSLSocket secured;
  private final Socket raw;
  private final Object poolKey;
  private final SecuredStreams streams;

  /** Whether this side has closed it. Once true, it stays so. Written by any thread. */
  private volatile boolean closed;

  /**
   * @param secured after its handshake, with a peer that was verified
   * @param raw what it is layered over
   * @param poolKey of the endpoint that it leads to
   * @throws SocketException never; a socket that is not connected may say so
   */
  public SecuredSocket(SSLSocket secured, Socket raw, Object poolKey) throws SocketException {
    super((SocketImpl) null);
    this.secured = secured;
    this.raw = raw;
    this.poolKey = Objects.requireNonNull(poolKey);
    this.streams = new SecuredStreams(secured, this);
  }

  /** Whether it leads to the endpoint of this pool key, and belongs to its generation of keys. */
  public boolean leadsTo(Object endpointsPoolKey) {
    return poolKey == endpointsPoolKey;
  }

  /** The session of the mesh; never null. */
  public SSLSession session() {
    return secured.getSession();
  }

  /** Whether this side has closed it. Any thread. */
  boolean isClosedHere() {
    return closed;
  }

  /** What TLS is layered over: for those who ask about a connection, not to read or to write. */
  public Socket raw() {
    return raw;
  }

  /** Closes what is below TLS, without a word to the peer; does not block. Any thread. */
  public void abort() throws IOException {
    closed = true;
    raw.close();
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return streams.input();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return streams.output();
  }

  /**
   * Says close_notify where the connection is at rest, and waits for no answer to it: {@link
   * SSLSocket#close} reads until the peer's, for as long as the application's read timeout. Nothing
   * is said where a byte may be on its way (RFC 8446 section 6.1 asks for it before a regular end
   * only): while a write is under way it would wait for that, and a linger of zero seconds is a
   * library's word for an end at once. Reads under way, and later ones, throw.
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!streams.isWriting() && raw.getSoLinger() != 0) {
        secured.shutdownOutput();
      }
    } catch (IOException e) {
      // The peer has gone, and need not be told.
    } finally {
      raw.close();
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    secured.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (streams.isWriting()) {
      // Which ends that write, as it does without TLS.
      raw.shutdownOutput();
    } else {
      secured.shutdownOutput();
    }
  }

  @Override
  public boolean isConnected() {
    return secured.isConnected();
  }

  @Override
  public boolean isBound() {
    return secured.isBound();
  }

  @Override
  public boolean isClosed() {
    return closed || secured.isClosed();
  }

  @Override
  public boolean isInputShutdown() {
    return secured.isInputShutdown();
  }

  @Override
  public boolean isOutputShutdown() {
    return secured.isOutputShutdown();
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    throw new SocketException("already connected");
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    throw new SocketException("already connected");
  }

  @Override
  public void bind(SocketAddress local) throws IOException {
    throw new SocketException("already bound");
  }

  /** TLS has no urgent data. */
  @Override
  public void sendUrgentData(int data) throws IOException {
    throw new SocketException("urgent data is not supported");
  }

  /** There is none through which plaintext could pass. */
  @Override
  public SocketChannel getChannel() {
    return null;
  }

  @Override
  public InetAddress getInetAddress() {
    return raw.getInetAddress();
  }

  @Override
  public InetAddress getLocalAddress() {
    return raw.getLocalAddress();
  }

  @Override
  public int getPort() {
    return raw.getPort();
  }

  @Override
  public int getLocalPort() {
    return raw.getLocalPort();
  }

  @Override
  public SocketAddress getRemoteSocketAddress() {
    return raw.getRemoteSocketAddress();
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return raw.getLocalSocketAddress();
  }

  @Override
  public void setTcpNoDelay(boolean on) throws SocketException {
    raw.setTcpNoDelay(on);
  }

  @Override
  public boolean getTcpNoDelay() throws SocketException {
    return raw.getTcpNoDelay();
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    raw.setSoLinger(on, seconds);
  }

  @Override
  public int getSoLinger() throws SocketException {
    return raw.getSoLinger();
  }

  @Override
  public void setOOBInline(boolean on) throws SocketException {
    raw.setOOBInline(on);
  }

  @Override
  public boolean getOOBInline() throws SocketException {
    return raw.getOOBInline();
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    secured.setSoTimeout(millis);
  }

  @Override
  public int getSoTimeout() throws SocketException {
    return secured.getSoTimeout();
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    raw.setSendBufferSize(size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return raw.getSendBufferSize();
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    raw.setReceiveBufferSize(size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return raw.getReceiveBufferSize();
  }

  @Override
  public void setKeepAlive(boolean on) throws SocketException {
    raw.setKeepAlive(on);
  }

  @Override
  public boolean getKeepAlive() throws SocketException {
    return raw.getKeepAlive();
  }

  @Override
  public void setTrafficClass(int trafficClass) throws SocketException {
    raw.setTrafficClass(trafficClass);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return raw.getTrafficClass();
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    raw.setReuseAddress(on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return raw.getReuseAddress();
  }

  @Override
  public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
    raw.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return raw.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return raw.supportedOptions();
  }

  @Override
  public String toString() {
    return raw.toString();
  }
}
