// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.Inboard;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Frames of a connection whose requests we cannot judge: its streams are refused where rules are in
 * force, and in STRICT.
 */
final class UnjudgedFrames extends Http2FrameListenerDecorator {
  UnjudgedFrames(Http2FrameListener listener) {
    super(listener);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean ends)
      throws Http2Exception {
    judge(ctx, streamId);
    super.onHeadersRead(ctx, streamId, headers, padding, ends);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean ends)
      throws Http2Exception {
    judge(ctx, streamId);
    super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, ends);
  }

  private static void judge(ChannelHandlerContext ctx, int streamId) throws Http2Exception {
    Accepted accepted = Accepted.of(ctx.channel());
    if (accepted != null && Inboard.inbound().failsClosed(accepted.local().getPort())) {
      throw Http2Exception.streamError(
          streamId, Http2Error.REFUSED_STREAM, "the request cannot be judged");
    }
  }
}
