// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.WeakIdentityMap;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;

/** What the connections of a connector speak. Asked once or twice a connection. */
record Protocols(ServerConnector connector) {
  private static final String HTTP_2 = "h2";
  private static final String HTTP_1 = "http/1.1";
  private static final List<String> BOTH = List.of(HTTP_2, HTTP_1);

  /** HTTP/2 that the application has not enabled; races make one a second time. */
  private static final WeakIdentityMap<ServerConnector, Optional<ConnectionFactory>> OURS =
      new WeakIdentityMap<>();

  /** Whether the connector has TLS of the application's own, which we leave alone. */
  boolean isOwnTls() {
    return !connector.getContainedBeans(SslConnectionFactory.class).isEmpty();
  }

  /** What plaintext meets, with us as without us. */
  ConnectionFactory plaintext() {
    return connector.getDefaultConnectionFactory();
  }

  /** What a handshake agreed on; HTTP/1.1 if on nothing. */
  ConnectionFactory agreed(String applicationProtocol) {
    if (HTTP_2.equals(applicationProtocol)) {
      ConnectionFactory enabled = enabledHttp2();
      return enabled == null ? ours().orElseThrow() : enabled;
    }
    ConnectionFactory http1 = connector.getConnectionFactory(HttpConnectionFactory.class);
    return http1 == null ? plaintext() : http1;
  }

  /**
   * The version of HTTP is the application's choice: HTTP/2 where it enabled that for plaintext.
   * Otherwise a client that speaks nothing else gets it, where Jetty can speak it.
   */
  SSLEngine engine() throws SSLException {
    InboundTls tls = Inboard.inboundTls();
    if (enabledHttp2() != null) {
      return tls.engine(BOTH);
    }
    return ours().isPresent()
        ? tls.engine(List.of(HTTP_1), List.of(HTTP_2))
        : tls.engine(List.of());
  }

  private ConnectionFactory enabledHttp2() {
    return connector.getConnectionFactory("h2c");
  }

  /** Where Jetty's module for HTTP/2 is on the class path, with the settings of HTTP/1.1. */
  private Optional<ConnectionFactory> ours() {
    Optional<ConnectionFactory> known = OURS.get(connector);
    if (known == null) {
      HttpConnectionFactory http1 = connector.getConnectionFactory(HttpConnectionFactory.class);
      known =
          http1 != null && JettyMembers.HTTP_2.isThere()
              ? Optional.of(
                  (ConnectionFactory) JettyMembers.HTTP_2.call(http1.getHttpConfiguration()))
              : Optional.empty();
      OURS.put(connector, known);
    }
    return known;
  }
}
