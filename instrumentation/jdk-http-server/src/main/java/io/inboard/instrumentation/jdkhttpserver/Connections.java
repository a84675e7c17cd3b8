// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.server.Gate;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLException;

/** What we know of each connection, by its channel. */
final class Connections {
  private static final WeakIdentityMap<SocketChannel, Connection> KNOWN = new WeakIdentityMap<>();

  private Connections() {}

  static Connection of(SocketChannel channel) {
    Connection known = KNOWN.get(channel);
    if (known != null) {
      return known;
    }
    Connection fresh = new Connection(new ChannelBytes(channel));
    Connection other = KNOWN.putIfAbsent(channel, fresh);
    return other == null ? fresh : other;
  }

  /** The same, for a question that must not make one; null if none is known. */
  static Connection known(SocketChannel channel) {
    return KNOWN.get(channel);
  }

  /**
   * The server closes it. It stays known until the channel is gone: the JDK closes that a moment
   * later, and what another thread writes in between must not pass for a new connection's
   * plaintext.
   */
  static void close(SocketChannel channel) {
    Connection known = KNOWN.get(channel);
    if (known != null) {
      known.closed();
    }
  }

  private static int port(SocketChannel channel) {
    return ChannelBytes.local(channel) instanceof InetSocketAddress address ? address.getPort() : 0;
  }

  /** After an error of ours: null, and the JDK goes on in plaintext, unless STRICT refuses that. */
  static Object refusal(SocketChannel channel, Throwable error) {
    Connection known = KNOWN.get(channel);
    boolean refused = (known != null && known.inbound().isTls()) || Gate.isStrict(port(channel));
    return refused ? new SSLException("inboard: refused after an error", error) : null;
  }
}
