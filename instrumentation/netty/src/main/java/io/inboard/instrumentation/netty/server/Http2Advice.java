// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.weave.Advice;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;

/** Frames of HTTP/2, as a connection's decoder gives them on and its encoder takes them. */
final class Http2Advice {
  private Http2Advice() {}

  /** {@code frameListener(Http2FrameListener)}: who hears of a server's frames. */
  static final class Listen {
    private Listen() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Http2FrameListener enter(
        @Advice.FieldValue("connection") Http2Connection connection,
        @Advice.FieldValue("encoder") Http2ConnectionEncoder encoder,
        @Advice.Argument(0) Http2FrameListener listener) {
      return listener == null || !connection.isServer()
          ? null
          : new Http2Requests(listener, connection, encoder);
    }

    static Http2FrameListener enter(
        Throwable error,
        Http2Connection connection,
        Http2ConnectionEncoder encoder,
        Http2FrameListener listener) {
      return connection.isServer() ? new UnjudgedFrames(listener) : null;
    }
  }

  /** In a Netty that the hooks do not fit. */
  static final class ListenUnfit {
    private ListenUnfit() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Http2FrameListener enter(@Advice.Argument(0) Http2FrameListener listener) {
      return listener == null ? null : new UnjudgedFrames(listener);
    }
  }

  /** {@code writeHeaders} without a priority. */
  static final class Headers {
    private Headers() {}

    @Advice.OnMethodEnter
    static Object enter(
        @Advice.Argument(0) ChannelHandlerContext ctx,
        @Advice.Argument(1) int stream,
        @Advice.Argument(2) Http2Headers headers,
        @Advice.Argument(4) boolean ends) {
      return Http2Requests.responds(ctx, stream, headers, ends);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object ended, @Advice.Return ChannelFuture written) {
      Http2Requests.answered(ended, written);
    }
  }

  /** {@code writeHeaders} with a priority. */
  static final class PrioritizedHeaders {
    private PrioritizedHeaders() {}

    @Advice.OnMethodEnter
    static Object enter(
        @Advice.Argument(0) ChannelHandlerContext ctx,
        @Advice.Argument(1) int stream,
        @Advice.Argument(2) Http2Headers headers,
        @Advice.Argument(7) boolean ends) {
      return Http2Requests.responds(ctx, stream, headers, ends);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object ended, @Advice.Return ChannelFuture written) {
      Http2Requests.answered(ended, written);
    }
  }

  /** {@code writeData}. */
  static final class Data {
    private Data() {}

    @Advice.OnMethodEnter
    static Object enter(
        @Advice.Argument(0) ChannelHandlerContext ctx,
        @Advice.Argument(1) int stream,
        @Advice.Argument(4) boolean ends) {
      return ends ? Http2Requests.ends(ctx, stream) : null;
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Object ended, @Advice.Return ChannelFuture written) {
      Http2Requests.answered(ended, written);
    }
  }
}
