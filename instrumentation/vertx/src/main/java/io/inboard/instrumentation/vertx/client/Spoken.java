// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;

/**
 * What is spoken over a connection with TLS of ours: what was agreed on there, where the library
 * would ask for an upgrade to HTTP/2, which TLS has not (RFC 9113 section 3.1). The application's
 * requests stay http to it.
 */
final class Spoken {
  private static final String HTTP_2 = "h2";

  private Spoken() {}

  private static ChannelPipeline pipeline(Object connection) {
    return ((ChannelHandlerContext) Members.CHANNEL_CONTEXT.get(connection)).pipeline();
  }

  /**
   * {@code HttpChannelConnector#wrap}, of 4.5 and 5.0.
   *
   * @param socket as the library has opened it
   * @param version what the application asks for
   * @return the connection; null: the library makes it
   */
  static Future<?> wrap(Object connector, Object context, Object socket, HttpVersion version)
      throws Throwable {
    ChannelPipeline pipeline = pipeline(socket);
    SslHandler tls = version == HttpVersion.HTTP_2 ? Handshake.of(pipeline) : null;
    if (tls == null) {
      return null;
    }
    for (ChannelHandler each : new ArrayList<>(pipeline.toMap().values())) {
      if (each != tls) {
        pipeline.remove(each);
      }
    }
    Promise<?> promise = (Promise<?>) Members.PROMISE.call(context);
    Object metric = Members.SOCKET_METRIC.call(socket);
    if (HTTP_2.equals(Handshake.agreed(tls))) {
      Members.APPLY_HTTP_2.call(connector, pipeline);
      Members.HTTP_2_CONNECTED.call(connector, context, metric, pipeline.channel(), promise);
    } else {
      Members.APPLY_HTTP_1.call(connector, pipeline);
      Object server = Members.CONNECTOR_SERVER.get(connector);
      Object[] all = {
        connector, HttpVersion.HTTP_1_1, server, false, context, metric, pipeline.channel(), promise
      };
      Object nothing = (Object) Members.HTTP_1_CONNECTED.spread().invokeExact(all);
    }
    return promise.future();
  }

  /**
   * {@code TcpHttpClientTransport#wrap}, since 5.1.
   *
   * @param params what the application asks for
   * @return the same, as it was agreed on; null: as the application asks
   */
  static Object params(Object params, Object socket) {
    SslHandler tls = Handshake.of(pipeline(socket));
    List<?> protocols = tls == null ? List.of() : (List<?>) Members.PARAMS_PROTOCOLS.get(params);
    if (protocols.isEmpty() || protocols.get(0) != HttpVersion.HTTP_2) {
      return null;
    }
    // With TLS of its own the library asks its handler what was agreed on.
    return HTTP_2.equals(Handshake.agreed(tls))
        ? Members.NEW_PARAMS.call(List.of(HttpVersion.HTTP_2), null, null, true)
        : Members.NEW_PARAMS.call(List.of(HttpVersion.HTTP_1_1), null, null, false);
  }

  /** {@code ConnectionBase#isSsl}: TLS of ours is none of the application's. */
  static boolean isOwnTls(ChannelHandlerContext context) {
    return Handshake.of(context.pipeline()) == null;
  }
}
