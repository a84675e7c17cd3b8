// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;

/**
 * Hears how a stream of HTTP/2 ends: the library tells an end of the connection alone. A GOAWAY
 * comes to those streams that it says were not processed
 * (Http2MultiplexHandler.onHttp2GoAwayFrame). Written by the event loop.
 */
final class StreamEnd extends ChannelInboundHandlerAdapter {
  private volatile boolean unprocessed;

  /** Null where a connection is no stream. */
  static StreamEnd of(Channel channel) {
    if (!(channel instanceof Http2StreamChannel)) {
      return null;
    }
    StreamEnd end = new StreamEnd();
    channel.pipeline().addFirst(end);
    return end;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof Http2GoAwayFrame
        || (event instanceof Http2ResetFrame reset
            && reset.errorCode() == Http2Error.REFUSED_STREAM.code())) {
      unprocessed = true;
    }
    context.fireUserEventTriggered(event);
  }

  /** Whether the server has said that it did nothing. */
  boolean isUnprocessed() {
    return unprocessed;
  }
}
