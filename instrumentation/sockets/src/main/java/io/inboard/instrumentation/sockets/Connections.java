// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.sockets;

import io.inboard.call.Directed;
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
    return remote instanceof InetSocketAddress address
            && !(remote instanceof Directed)
            && sockets.watches(address)
        ? sockets.connecting(address, Openers.nearest()).map(ConnectException::new).orElse(null)
        : null;
  }

  /**
   * After an error of ours: where unknown clients are refused, it cannot be told whether this is
   * one.
   */
  static Throwable afterError(Throwable error, SocketAddress remote) {
    if (remote instanceof Directed
        || !(remote instanceof InetSocketAddress address)
        || !Inboard.sockets().failsClosed(address)) {
      return null;
    }
    ConnectException refusal =
        new ConnectException(
            "inboard: no connection to "
                + address.getHostString()
                + ": an error of ours hides whether a hook knows its client"
                + " (destinations[].unknownClients: WARN lets it pass)");
    refusal.initCause(error);
    return refusal;
  }

  /** As {@link #refusal} for methods that declare no IOException. */
  static Throwable unchecked(SocketAddress remote) {
    return unchecked(refusal(remote));
  }

  /** As {@link #afterError} for methods that declare no IOException. */
  static Throwable uncheckedAfterError(Throwable error, SocketAddress remote) {
    return unchecked(afterError(error, remote));
  }

  /** What they declare for an address that must not be connected to. */
  private static Throwable unchecked(Throwable refusal) {
    return refusal == null ? null : new SecurityException(refusal.getMessage(), refusal);
  }
}
