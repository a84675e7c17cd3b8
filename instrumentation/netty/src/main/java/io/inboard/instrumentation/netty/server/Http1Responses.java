// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Sees responses of HTTP/1.1 before they are encoded. Of one channel; said to be sharable, since it
 * may change its place. On the event loop.
 */
@Sharable
final class Http1Responses extends ChannelOutboundHandlerAdapter implements Ours {
  static final String NAME = "inboard-responses";

  private final Http1Requests requests;

  /** Behind what encodes; null before it has a place. */
  private ChannelHandlerContext place;

  Http1Responses(Http1Requests requests) {
    this.requests = requests;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    place = ctx;
  }

  /** Where an answer of ours is written, unseen by this handler. */
  ChannelHandlerContext place() {
    return place;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise)
      throws Exception {
    if (msg instanceof HttpResponse response) {
      int status = response.status().code();
      if (status < 200 && status != 101) {
        ctx.write(msg, promise);
        return;
      }
      requests.responds(response);
      if (status == 101) {
        // What follows is another protocol.
        ctx.write(msg, requests.answered(promise));
        return;
      }
    }
    ctx.write(msg, msg instanceof LastHttpContent ? requests.answered(promise) : promise);
  }
}
