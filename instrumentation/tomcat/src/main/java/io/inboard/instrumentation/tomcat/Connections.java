// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.server.InboundConnection;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.Request;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** The way from a request down to its connection; Tomcat has no public one. */
final class Connections {
  private Connections() {}

  /** The connection of a request; empty if it is not one of ours. */
  static Optional<InboundConnection> of(Request request) {
    return connection(wrapper(request));
  }

  /** What Tomcat has around the connection of a request; null if it has nothing. */
  static SocketWrapperBase<?> wrapper(Request request) {
    return TomcatMembers.HOOK.get(request) instanceof AbstractProcessor processor
        ? (SocketWrapperBase<?>) TomcatMembers.OF_PROCESSOR.get(processor)
        : null;
  }

  /**
   * The connection of an HTTP/2 handler; empty if it is not one of ours.
   *
   * @param handler an {@code Http2UpgradeHandler}, whose class is not public
   */
  static Optional<InboundConnection> ofHttp2(Object handler) {
    return connection((SocketWrapperBase<?>) TomcatMembers.OF_HTTP_2.get(handler));
  }

  /**
   * Whether frames of a stream still go out: it was not reset.
   *
   * @param stream an {@code org.apache.coyote.http2.Stream}, whose class is not public
   */
  static boolean isWritable(Object stream) {
    return (boolean) TomcatMembers.CAN_WRITE.call(stream);
  }

  private static Optional<InboundConnection> connection(SocketWrapperBase<?> wrapper) {
    return wrapper != null && wrapper.getSocket() instanceof MeshChannel channel
        ? Optional.of(channel.connection())
        : Optional.empty();
  }

  /** Whether the application has enabled HTTP/2 on a connector without TLS of its own. */
  static boolean hasHttp2(NioEndpoint endpoint) {
    return TomcatMembers.PROTOCOL.call(endpoint.getHandler())
            instanceof AbstractHttp11Protocol<?> http
        && Http2Advice.ofApplication(http) != null;
  }

  /**
   * The port that a connector listens on. {@code Connector#getLocalPort} finds it by reflection,
   * which makes 2.3 KB of garbage each time.
   */
  static int localPort(Connector connector) {
    return connector.getProtocolHandler() instanceof AbstractProtocol<?> protocol
        ? protocol.getLocalPort()
        : connector.getLocalPort();
  }

  /** Whether the connector has TLS of the application's own, which we leave alone. */
  static boolean hasOwnTls(Object protocol) {
    return protocol instanceof AbstractHttp11Protocol<?> http && http.isSSLEnabled();
  }

  /** Whether connections of the connector are ours to secure; NIO2, APR and AJP are not. */
  static boolean canSecure(AbstractProtocol<?> protocol) {
    return protocol instanceof Http11NioProtocol;
  }
}
