// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.server.AnnouncedProtocols;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.util.List;
import java.util.Map;

/**
 * What the application has its pipeline speak, before the first byte. Netty's jars are several: a
 * class that is missing is spoken by nobody.
 */
record Spoken(boolean ownTls, boolean http1, boolean http2) {
  private static final String HTTP_1 = "http/1.1";
  private static final String HTTP_2 = "h2";

  /** See {@link AnnouncedProtocols}. */
  private static final AttributeKey<List<String>> ANNOUNCED =
      AttributeKey.valueOf(AnnouncedProtocols.KEY);

  /** In pieces of Netty that need not be there. */
  private static final Class<?> HTTP_1_DECODER =
      find("io.netty.handler.codec.http.HttpRequestDecoder");

  private static final Class<?> HTTP_1_CODEC = find("io.netty.handler.codec.http.HttpServerCodec");

  private static final Class<?> HTTP_2_CODEC =
      find("io.netty.handler.codec.http2.Http2ConnectionHandler");

  private static final Class<?> EITHER =
      find("io.netty.handler.codec.http2.CleartextHttp2ServerUpgradeHandler");

  private static Class<?> find(String name) {
    try {
      return Class.forName(name, false, Spoken.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError absent) {
      return Void.class;
    }
  }

  static Spoken in(ChannelPipeline pipeline) {
    boolean ownTls = false;
    boolean http1 = false;
    boolean http2 = false;
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      ChannelHandler handler = entry.getValue();
      ownTls |=
          handler instanceof SslHandler
              || handler instanceof AbstractSniHandler
              || handler instanceof OptionalSslHandler;
      boolean either = EITHER.isInstance(handler);
      http1 |= either || speaksHttp1(handler);
      http2 |= either || HTTP_2_CODEC.isInstance(handler);
    }
    List<String> announced = announced(pipeline.channel());
    return new Spoken(
        ownTls, http1 || announced.contains(HTTP_1), http2 || announced.contains(HTTP_2));
  }

  /** What stands on Netty and decides by the first bytes; empty where nothing has said so. */
  static List<String> announced(Channel channel) {
    List<String> names = channel.hasAttr(ANNOUNCED) ? channel.attr(ANNOUNCED).get() : null;
    return names == null ? List.of() : names;
  }

  /** Whether a handler of a server makes requests of bytes. */
  static boolean speaksHttp1(ChannelHandler handler) {
    return HTTP_1_CODEC.isInstance(handler) || HTTP_1_DECODER.isInstance(handler);
  }

  /** Whether each stream of a connection that has it is judged. */
  static boolean speaksHttp2(ChannelHandler handler) {
    return HTTP_2_CODEC.isInstance(handler) || EITHER.isInstance(handler);
  }

  /** Whether a channel is a stream of another one that a server has accepted. */
  static boolean mayBeStream(Channel channel) {
    return HTTP_2_CODEC != Void.class
        && channel.parent() != null
        && Accepted.of(channel.parent()) != null;
  }

  /** For the handshake, best first; empty where the protocol has no name. */
  List<String> names() {
    if (http2) {
      return http1 ? List.of(HTTP_2, HTTP_1) : List.of(HTTP_2);
    }
    return http1 ? List.of(HTTP_1) : List.of();
  }
}
