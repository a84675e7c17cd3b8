// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import java.util.Map;

/**
 * The places of {@link Http1Requests} and {@link Http1Responses} in a pipeline: the one right
 * behind what decodes requests, the other right behind what encodes responses, whatever the
 * application puts there later. A handler between the codec and us would see requests that nobody
 * has judged.
 */
final class Http1Places {
  private Http1Places() {}

  /** A handler has been added; on the thread that its events will come on. */
  static void added(ChannelHandlerContext context) {
    ChannelHandler handler = context.handler();
    Accepted accepted = Accepted.of(context.channel());
    if (accepted == null || handler instanceof Ours) {
      return;
    }
    if (Spoken.speaksHttp2(handler)) {
      accepted.spoken();
    }
    if (Spoken.speaksHttp1(handler)) {
      if (accepted.http1() == null) {
        accepted.http1(new Http1Requests(accepted));
      }
      keep(context.pipeline(), accepted.http1());
    } else if (accepted.http1() != null) {
      keep(context.pipeline(), accepted.http1());
    }
  }

  private static void keep(ChannelPipeline pipeline, Http1Requests requests) {
    String decoder = null;
    String encoder = null;
    String behindDecoder = null;
    String behindEncoder = null;
    String before = null;
    for (Map.Entry<String, ChannelHandler> entry : pipeline) {
      String name = entry.getKey();
      behindDecoder = before != null && before.equals(decoder) ? name : behindDecoder;
      behindEncoder = before != null && before.equals(encoder) ? name : behindEncoder;
      boolean decodes = Spoken.speaksHttp1(entry.getValue());
      decoder = decodes ? name : decoder;
      encoder = decodes || entry.getValue() instanceof HttpResponseEncoder ? name : encoder;
      before = name;
    }
    if (decoder == null) {
      return;
    }
    boolean together = encoder.equals(decoder);
    if (!Http1Requests.NAME.equals(behindDecoder)) {
      put(pipeline, decoder, Http1Requests.NAME, requests);
    }
    String responsesBehind = together ? Http1Requests.NAME : encoder;
    if (together || !Http1Responses.NAME.equals(behindEncoder)) {
      if (!together || pipeline.get(Http1Responses.NAME) == null) {
        put(pipeline, responsesBehind, Http1Responses.NAME, requests.responses());
      }
    }
  }

  private static void put(
      ChannelPipeline pipeline, String behind, String name, ChannelHandler handler) {
    if (pipeline.get(name) != null) {
      pipeline.remove(name);
    }
    pipeline.addAfter(behind, name, handler);
  }

  /** A handler has thrown; perhaps the application's, about the request that it works for. */
  static void thrown(Channel channel, Throwable error) {
    Accepted accepted = Accepted.of(channel);
    if (accepted != null && accepted.http1() != null) {
      accepted.http1().thrown(error);
    } else if (accepted == null && Spoken.mayBeStream(channel)) {
      Http2Requests.thrown(channel, error);
    }
  }
}
