// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.server.InboundConnection;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ServerConnector;

/** TLS of ours below a connection of HTTP in Jetty 9.4 to 11; see {@link TlsConnection}. */
final class ChannelTls extends SslConnection {
  private final InboundConnection connection;

  @SuppressWarnings("deprecation") // The one constructor that all versions have.
  ChannelTls(
      ServerConnector connector,
      EndPoint endPoint,
      SSLEngine engine,
      InboundConnection connection) {
    super(connector.getByteBufferPool(), connector.getExecutor(), endPoint, engine, false, false);
    this.connection = connection;
    setRenegotiationAllowed(false);
  }

  /** What a request came by. */
  static Below below(EndPoint endPoint) {
    if (endPoint == null) {
      return Below.NOTHING;
    }
    if (!ChannelMembers.DECRYPTED.isInstance(endPoint)) {
      return new Below(endPoint, local(endPoint), remote(endPoint), Optional.empty(), false);
    }
    SslConnection ssl = (SslConnection) ChannelMembers.SSL.call(endPoint);
    EndPoint bottom = ssl.getEndPoint();
    return ssl instanceof ChannelTls ours
        ? new Below(
            bottom,
            ours.connection.local(),
            ours.connection.remote(),
            Optional.of(ours.connection),
            false)
        : new Below(bottom, local(bottom), remote(bottom), Optional.empty(), true);
  }

  /** Whether a request came by TLS of ours. */
  static boolean isOurs(EndPoint endPoint) {
    return ChannelMembers.DECRYPTED.isInstance(endPoint)
        && ChannelMembers.SSL.call(endPoint) instanceof ChannelTls;
  }

  @SuppressWarnings("deprecation") // Jetty 9.4 has no other.
  private static InetSocketAddress local(EndPoint endPoint) {
    return Below.inet(endPoint.getLocalAddress());
  }

  @SuppressWarnings("deprecation") // Jetty 9.4 has no other.
  private static InetSocketAddress remote(EndPoint endPoint) {
    return Below.inet(endPoint.getRemoteAddress());
  }
}
