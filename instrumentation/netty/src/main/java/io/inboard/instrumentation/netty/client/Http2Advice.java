// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.weave.Advice;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;

/** One nested class for each line of {@link Http2ClientHooks}; what they do is elsewhere. */
final class Http2Advice {
  private Http2Advice() {}

  /** {@code writeHeaders}, with and without a priority. */
  static final class Headers {
    private Headers() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static ChannelFuture enter(
        @Advice.FieldValue("connection") Http2Connection connection,
        @Advice.Argument(0) ChannelHandlerContext context,
        @Advice.Argument(1) int stream,
        @Advice.Argument(2) Http2Headers headers,
        @Advice.Argument(-1) ChannelPromise promise) {
      return Streams.sending(connection, context, stream, headers, promise);
    }

    static ChannelFuture enter(
        Throwable error,
        Http2Connection connection,
        ChannelHandlerContext context,
        int stream,
        Http2Headers headers,
        ChannelPromise promise) {
      return Streams.refuseAfterError(error, context, promise);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static ChannelFuture exit(@Advice.Enter ChannelFuture refused) {
      return refused;
    }
  }

  /** {@code frameListener(Http2FrameListener)}: who hears of a server's frames. */
  static final class Listen {
    private Listen() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Http2FrameListener enter(
        @Advice.FieldValue("connection") Http2Connection connection,
        @Advice.Argument(0) Http2FrameListener listener) {
      return listener == null || connection.isServer() ? null : new Answered(listener);
    }
  }
}
