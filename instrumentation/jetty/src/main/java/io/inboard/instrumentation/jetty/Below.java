// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.server.InboundConnection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * What a request came by.
 *
 * @param bottom the endpoint that the selector knows; null if there is none
 * @param local the port that accepted it, and its address; port 0 if it has none
 * @param remote the other side, whatever a proxy says of it
 * @param connection empty if it is not TLS of ours
 * @param hasOwnTls whether it is TLS of the application's own
 */
record Below(
    EndPoint bottom,
    InetSocketAddress local,
    InetSocketAddress remote,
    Optional<InboundConnection> connection,
    boolean hasOwnTls) {
  static final Below NOTHING = new Below(null, inet(null), inet(null), Optional.empty(), false);

  /** In Jetty 12. */
  static Below of(Connection http) {
    EndPoint endPoint = http == null ? null : http.getEndPoint();
    if (endPoint == null) {
      return NOTHING;
    }
    boolean secure = endPoint.isSecure();
    while (endPoint instanceof EndPoint.Wrapper wrapper) {
      if (endPoint instanceof TlsConnection.Silent tls) {
        InboundConnection ours = tls.connection();
        return new Below(
            bottom(wrapper.unwrap()), ours.local(), ours.remote(), Optional.of(ours), secure);
      }
      endPoint = wrapper.unwrap();
    }
    return new Below(
        endPoint,
        inet(endPoint.getLocalSocketAddress()),
        inet(endPoint.getRemoteSocketAddress()),
        Optional.empty(),
        secure);
  }

  private static EndPoint bottom(EndPoint endPoint) {
    EndPoint bottom = endPoint;
    while (bottom instanceof EndPoint.Wrapper wrapper) {
      bottom = wrapper.unwrap();
    }
    return bottom;
  }

  /** What has no port is in memory, or a socket of this machine. */
  static InetSocketAddress inet(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet
        : InetSocketAddress.createUnresolved("unknown", 0);
  }
}
