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
 * @param connection empty if it is not TLS of ours
 * @param hasOwnTls whether it is TLS of the application's own
 */
record Below(EndPoint bottom, Optional<InboundConnection> connection, boolean hasOwnTls) {
  private static final Below NOTHING = new Below(null, Optional.empty(), false);

  static Below of(Connection http) {
    EndPoint endPoint = http == null ? null : http.getEndPoint();
    if (endPoint == null) {
      return NOTHING;
    }
    boolean secure = endPoint.isSecure();
    Optional<InboundConnection> ours = Optional.empty();
    while (endPoint instanceof EndPoint.Wrapper wrapper) {
      if (endPoint instanceof TlsConnection.Silent tls) {
        ours = Optional.of(tls.connection());
      }
      endPoint = wrapper.unwrap();
    }
    return new Below(endPoint, ours, secure);
  }

  /** The port that accepted it, and its address. */
  InetSocketAddress local() {
    return connection.isPresent()
        ? connection.get().local()
        : inet(bottom == null ? null : bottom.getLocalSocketAddress());
  }

  /** The other side, whatever a proxy says of it. */
  InetSocketAddress remote() {
    return connection.isPresent()
        ? connection.get().remote()
        : inet(bottom == null ? null : bottom.getRemoteSocketAddress());
  }

  /** What has no port is in memory, or a socket of this machine. */
  private static InetSocketAddress inet(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet
        : InetSocketAddress.createUnresolved("unknown", 0);
  }
}
