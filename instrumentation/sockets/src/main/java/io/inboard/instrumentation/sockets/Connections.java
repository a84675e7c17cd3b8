// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.call.Inboard;
import io.inboard.call.Sockets;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A connection that is being opened, the same way for all kinds of sockets. */
final class Connections {
  private Connections() {}

  /** Why a socket must not be connected; null, the usual answer: it may. */
  static Throwable refusal(SocketAddress remote) {
    Sockets sockets = Inboard.sockets();
    return remote instanceof InetSocketAddress address && sockets.watches(address)
        ? sockets.connecting(address, Openers.nearest()).map(ConnectException::new).orElse(null)
        : null;
  }

  /**
   * For methods that declare no IOException: the one that they declare for an address that must not
   * be connected to.
   */
  static Throwable unchecked(SocketAddress remote) {
    Throwable refusal = refusal(remote);
    return refusal == null ? null : new SecurityException(refusal.getMessage(), refusal);
  }
}
