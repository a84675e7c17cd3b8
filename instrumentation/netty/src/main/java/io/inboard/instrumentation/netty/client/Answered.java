// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * What a server says on a connection of HTTP/2, before the application hears it, in the context of
 * the request that it answers. On the event loop.
 */
final class Answered extends Http2FrameListenerDecorator {
  Answered(Http2FrameListener listener) {
    super(listener);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean ends)
      throws Http2Exception {
    try (Contexts.Scope scope = activate(Streams.answered(ctx, streamId, headers))) {
      super.onHeadersRead(ctx, streamId, headers, padding, ends);
    }
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
    try (Contexts.Scope scope = activate(Streams.answered(ctx, streamId, headers))) {
      super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, ends);
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean ends)
      throws Http2Exception {
    try (Contexts.Scope scope = activate(Streams.context(ctx, streamId))) {
      return super.onDataRead(ctx, streamId, data, padding, ends);
    }
  }

  private static Contexts.Scope activate(Context context) {
    return context == Context.NONE ? Contexts.Scope.NONE : Inboard.contexts().activate(context);
  }
}
