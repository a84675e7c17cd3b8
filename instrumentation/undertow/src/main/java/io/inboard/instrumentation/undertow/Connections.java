// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.server.InboundConnection;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.xnio.StreamConnection;
import org.xnio.channels.SslChannel;

/** What is known of connections below HTTP. Any thread. */
final class Connections {
  /** Those whose first bytes the mesh looks at, or has looked at. */
  private static final WeakIdentityMap<StreamConnection, InboundConnection> ARRIVED =
      new WeakIdentityMap<>();

  private Connections() {}

  /** One that was accepted just now. */
  static InboundConnection arrived(StreamConnection connection) {
    InboundConnection inbound =
        new InboundConnection(
            local(connection), connection.getPeerAddress(), InboundConnection.FEWEST_BYTES);
    ARRIVED.put(connection, inbound);
    return inbound;
  }

  /** Null if it is not one of ours. */
  static InboundConnection known(StreamConnection connection) {
    return connection == null ? null : ARRIVED.get(connection);
  }

  /** The connection of a request, or of a stream; null if it has none that is known. */
  static StreamConnection of(ServerConnection connection) {
    if (connection instanceof AbstractServerConnection own) {
      return own.getChannel();
    }
    return connection instanceof Http2ServerConnection
        ? (StreamConnection)
            UndertowMembers.OF_FRAMES.get(UndertowMembers.OF_HTTP_2.get(connection))
        : null;
  }

  /**
   * Whether a stream of HTTP/2 has ended without the end of its response: its peer has reset it, or
   * is gone, which Undertow does not tell of.
   */
  static boolean isCut(ServerConnection stream) {
    return stream instanceof Http2ServerConnection
        && !(boolean) UndertowMembers.IS_ENDED.call(UndertowMembers.RESPONSE.get(stream));
  }

  /** Whether it has TLS of the application's own, which we leave alone. */
  static boolean hasOwnTls(StreamConnection connection) {
    return connection instanceof SslChannel;
  }

  /**
   * The address that accepted it. Behind the PROXY protocol a connection says what its proxy says,
   * which must not decide by which port's rules it is judged.
   */
  static SocketAddress local(StreamConnection connection) {
    StreamConnection accepted = connection;
    if (UndertowMembers.OWN_TLS.isInstance(accepted)) {
      accepted = (StreamConnection) UndertowMembers.OF_OWN_TLS.get(accepted);
    }
    if (UndertowMembers.BEHIND_PROXY.isInstance(accepted)) {
      accepted = (StreamConnection) UndertowMembers.OF_PROXY.get(accepted);
    }
    return accepted.getLocalAddress();
  }

  /** The port that accepted it; 0 if it is gone, or has none. */
  static int localPort(StreamConnection connection) {
    return local(connection) instanceof InetSocketAddress inet ? inet.getPort() : 0;
  }
}
