// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.PeerIdentity;
import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * What we know of each connection, by its channel; the mode is that of the moment it was accepted.
 */
final class Connections {
  private static final WeakIdentityMap<SocketChannel, Connection> KNOWN = new WeakIdentityMap<>();

  private Connections() {}

  static Connection of(SocketChannel channel) {
    Connection known = KNOWN.get(channel);
    if (known != null) {
      return known;
    }
    InboundTls tls = Inboard.inboundTls();
    Connection fresh = new Connection(new ChannelBytes(channel), tls.mode(port(channel)));
    Connection other = KNOWN.putIfAbsent(channel, fresh);
    return other == null ? fresh : other;
  }

  static boolean isSecured(SocketChannel channel) {
    Connection known = KNOWN.get(channel);
    return known != null && known.isSecured();
  }

  static Optional<PeerIdentity> peer(SocketChannel channel) {
    Connection known = KNOWN.get(channel);
    return known == null ? Optional.empty() : known.peer();
  }

  static long waitedNanos(SocketChannel channel) {
    Connection known = KNOWN.get(channel);
    return known == null ? 0 : known.waitedNanos();
  }

  static void close(SocketChannel channel) {
    Connection known = KNOWN.remove(channel);
    if (known != null) {
      known.closeNotify();
    }
  }

  /** After an error of ours: null, and the JDK goes on in plaintext, unless STRICT refuses that. */
  static Object refusal(SocketChannel channel, Throwable error) {
    return isSecured(channel) || isStrict(port(channel))
        ? new SSLException("inboard: refused after an error", error)
        : null;
  }

  static boolean isStrict(int port) {
    return Inboard.inboundTls().mode(port) == InboundTls.Mode.STRICT;
  }

  static int port(SocketChannel channel) {
    try {
      return channel.getLocalAddress() instanceof InetSocketAddress address ? address.getPort() : 0;
    } catch (IOException closed) {
      return 0;
    }
  }
}
