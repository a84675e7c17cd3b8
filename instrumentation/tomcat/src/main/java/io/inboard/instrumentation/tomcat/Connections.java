// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.server.InboundConnection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ActionHook;
import org.apache.coyote.Request;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** The way from a request down to its connection; Tomcat has no public one. */
final class Connections {
  private static final MethodHandle HOOK;
  private static final MethodHandle PROCESSOR_WRAPPER;
  private static final MethodHandle HTTP2_WRAPPER;
  private static final MethodHandle PROTOCOL_OF;
  private static final MethodHandle STREAM_CAN_WRITE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HOOK =
          MethodHandles.privateLookupIn(Request.class, lookup)
              .findGetter(Request.class, "hook", ActionHook.class);
      PROCESSOR_WRAPPER =
          MethodHandles.privateLookupIn(AbstractProcessor.class, lookup)
              .findGetter(AbstractProcessor.class, "socketWrapper", SocketWrapperBase.class);
      Class<?> http2 =
          Class.forName(
              "org.apache.coyote.http2.Http2UpgradeHandler", false, Request.class.getClassLoader());
      HTTP2_WRAPPER =
          MethodHandles.privateLookupIn(http2, lookup)
              .findGetter(http2, "socketWrapper", SocketWrapperBase.class)
              .asType(MethodType.methodType(SocketWrapperBase.class, Object.class));
      Class<?> stream =
          Class.forName("org.apache.coyote.http2.Stream", false, Request.class.getClassLoader());
      STREAM_CAN_WRITE =
          MethodHandles.privateLookupIn(stream, lookup)
              .findVirtual(stream, "canWrite", MethodType.methodType(boolean.class))
              .asType(MethodType.methodType(boolean.class, Object.class));
      Class<?> handler =
          Class.forName(
              "org.apache.coyote.AbstractProtocol$ConnectionHandler",
              false,
              Request.class.getClassLoader());
      PROTOCOL_OF =
          MethodHandles.privateLookupIn(handler, lookup)
              .findVirtual(handler, "getProtocol", MethodType.methodType(AbstractProtocol.class))
              .asType(MethodType.methodType(AbstractProtocol.class, Object.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Connections() {}

  /** The connection of a request; empty if it is not one of ours. */
  static Optional<InboundConnection> of(Request request) {
    return connection(wrapper(request));
  }

  /** What Tomcat has around the connection of a request; null if it has nothing. */
  static SocketWrapperBase<?> wrapper(Request request) {
    try {
      ActionHook hook = (ActionHook) HOOK.invokeExact(request);
      return hook instanceof AbstractProcessor processor
          ? (SocketWrapperBase<?>) PROCESSOR_WRAPPER.invokeExact(processor)
          : null;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The connection of an HTTP/2 handler; empty if it is not one of ours.
   *
   * @param handler an {@code Http2UpgradeHandler}, whose class is not public
   */
  static Optional<InboundConnection> ofHttp2(Object handler) {
    try {
      return connection((SocketWrapperBase<?>) HTTP2_WRAPPER.invokeExact(handler));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Whether frames of a stream still go out: it was not reset.
   *
   * @param stream an {@code org.apache.coyote.http2.Stream}, whose class is not public
   */
  static boolean isWritable(Object stream) {
    try {
      return (boolean) STREAM_CAN_WRITE.invokeExact(stream);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<InboundConnection> connection(SocketWrapperBase<?> wrapper) {
    return wrapper != null && wrapper.getSocket() instanceof MeshChannel channel
        ? Optional.of(channel.connection())
        : Optional.empty();
  }

  /** Whether the application has enabled HTTP/2 on a connector without TLS of its own. */
  static boolean hasHttp2(NioEndpoint endpoint) {
    try {
      return (AbstractProtocol<?>) PROTOCOL_OF.invokeExact((Object) endpoint.getHandler())
              instanceof AbstractHttp11Protocol<?> http
          && Http2Advice.ofApplication(http) != null;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
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
