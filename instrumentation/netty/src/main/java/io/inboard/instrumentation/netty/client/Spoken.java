// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import java.util.Map;

/**
 * What an application has set up a client's pipeline for. Netty's jars are several: a class that is
 * missing is spoken by nobody.
 *
 * @param ownTls TLS of the application's own
 * @param proxied a proxy of the application's own
 * @param behind the name of the handler that is the last to make bytes of a request of HTTP/1.1, or
 *     a response of bytes; null: nothing of the kind
 * @param http2 without HTTP/1.1 before
 */
record Spoken(boolean ownTls, boolean proxied, String behind, boolean http2) {
  private static final Class<?> TLS = find("io.netty.handler.ssl.SslHandler");
  private static final Class<?> PROXY = find("io.netty.handler.proxy.ProxyHandler");
  private static final Class<?> CODEC = find("io.netty.handler.codec.http.HttpClientCodec");
  private static final Class<?> ENCODER = find("io.netty.handler.codec.http.HttpRequestEncoder");
  private static final Class<?> DECODER = find("io.netty.handler.codec.http.HttpResponseDecoder");
  private static final Class<?> HTTP_2 =
      find("io.netty.handler.codec.http2.Http2ConnectionHandler");
  private static final Class<?> REQUEST = find("io.netty.handler.codec.http.HttpRequest");

  private static final Class<?> FRAME = find("io.netty.handler.codec.http2.Http2HeadersFrame");

  private static Class<?> find(String name) {
    try {
      return Class.forName(name, false, Spoken.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError absent) {
      return Void.class;
    }
  }

  static Spoken in(ChannelPipeline pipeline) {
    boolean ownTls = false;
    boolean proxied = false;
    boolean encodes = false;
    boolean decodes = false;
    boolean http2 = false;
    String behind = null;
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      ChannelHandler handler = entry.getValue();
      ownTls |= TLS.isInstance(handler);
      proxied |= PROXY.isInstance(handler);
      http2 |= HTTP_2.isInstance(handler);
      boolean codec = CODEC.isInstance(handler);
      boolean encoder = codec || ENCODER.isInstance(handler);
      boolean decoder = codec || DECODER.isInstance(handler);
      encodes |= encoder;
      decodes |= decoder;
      behind = encoder || decoder ? entry.getKey() : behind;
    }
    return new Spoken(ownTls, proxied, encodes && decodes ? behind : null, http2);
  }

  /** Whether there is TLS. */
  static boolean secured(ChannelPipeline pipeline) {
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      if (TLS.isInstance(entry.getValue())) {
        return true;
      }
    }
    return false;
  }

  /** Whether it speaks HTTP at all. */
  boolean http() {
    return behind != null || http2;
  }

  /** For the handshake. */
  String protocol() {
    return behind == null ? "h2" : "http/1.1";
  }

  /**
   * What stands for a request until it is sent, if a message may be one; else null: the message
   * itself of HTTP/1.1, the headers of HTTP/2.
   */
  static Object request(Object message) {
    if (REQUEST.isInstance(message)) {
      return message;
    }
    return FRAME.isInstance(message) ? Frames.headers(message) : null;
  }

  /** Loaded only where there is HTTP/2. */
  private static final class Frames {
    private Frames() {}

    static Object headers(Object frame) {
      return ((Http2HeadersFrame) frame).headers();
    }
  }
}
