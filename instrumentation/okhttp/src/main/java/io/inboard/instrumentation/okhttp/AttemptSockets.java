// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;

/**
 * The application's sockets, one of which may be stopped while it connects. Of an attempt: the
 * library's pool keeps this object with the connection, so it lets go of everything afterwards. Any
 * thread.
 */
final class AttemptSockets extends SocketFactory {
  /** A handshake's bound where the mesh sets none. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final SocketFactory own;
  private final long connectDeadline;

  /** Guarded by this, as the next two. */
  private Socket connecting;

  private boolean stopped;
  private boolean left;

  /**
   * @param connectNanos bounds connect and handshake together
   */
  AttemptSockets(SocketFactory own, long connectNanos) {
    this.own = own;
    this.connectDeadline = System.nanoTime() + Math.min(connectNanos, HANDSHAKE_NANOS);
  }

  /** What is left for a handshake, more than 0. */
  int handshakeMillis() {
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(connectDeadline - System.nanoTime()));
  }

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = own.createSocket();
    keep(socket);
    return socket;
  }

  private synchronized void keep(Socket socket) {
    connecting = left ? null : socket;
    if (stopped) {
      close();
    }
  }

  /** Closes what connects, now or later. */
  synchronized void stop() {
    stopped = true;
    close();
  }

  private void close() {
    try {
      if (connecting != null) {
        connecting.close();
      }
    } catch (IOException e) {
      // Closed enough.
    }
  }

  /** Connecting is over. */
  synchronized void leave() {
    left = true;
    connecting = null;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return own.createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return own.createSocket(host, port, local, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return own.createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return own.createSocket(host, port, local, localPort);
  }
}
