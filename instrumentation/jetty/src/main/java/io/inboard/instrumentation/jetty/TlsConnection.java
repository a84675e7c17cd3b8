// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.server.InboundConnection;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ServerConnector;

/**
 * TLS of ours below a connection of HTTP. The application is not to notice: to Jetty the endpoint
 * says nothing of its session, by which Jetty would judge the server's name that a client asked for
 * (400, "Invalid SNI": a SPIFFE certificate has no name) and call the request secure.
 */
final class TlsConnection extends SslConnection {
  private final InboundConnection connection;

  @SuppressWarnings("deprecation") // The one constructor that all versions have.
  TlsConnection(
      ServerConnector connector,
      EndPoint endPoint,
      SSLEngine engine,
      InboundConnection connection) {
    super(connector.getByteBufferPool(), connector.getExecutor(), endPoint, engine, false, false);
    this.connection = connection;
    setRenegotiationAllowed(false);
  }

  @Override
  protected SslEndPoint newSslEndPoint() {
    return new Silent();
  }

  /** What is above TLS. */
  final class Silent extends SslEndPoint {
    InboundConnection connection() {
      return connection;
    }

    @Override
    public SslSessionData getSslSessionData() {
      return null;
    }
  }
}
