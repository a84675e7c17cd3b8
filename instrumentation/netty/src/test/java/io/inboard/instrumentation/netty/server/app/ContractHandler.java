// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server.app;

import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.SampleApplication;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;

/** The application of the contract, of one connection or stream. */
final class ContractHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private final Optional<Executor> threads;
  private final Optional<Router> router;

  ContractHandler(Optional<Executor> threads, Optional<Router> router) {
    this.threads = threads;
    this.router = router;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request)
      throws IOException {
    if (request.decoderResult().isFailure()) {
      ctx.writeAndFlush(
              new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    NettyExchange exchange = new NettyExchange(ctx, request);
    if (threads.isPresent()) {
      threads
          .get()
          .execute(
              () -> {
                try {
                  serve(exchange);
                } catch (IOException e) {
                  ctx.close();
                }
              });
    } else {
      serve(exchange);
    }
  }

  private void serve(NettyExchange exchange) throws IOException {
    if (router.isEmpty()) {
      SampleApplication.handle(exchange);
      return;
    }
    String ran;
    try {
      boolean nameOnly =
          router.get() == Router.DIRECTORIES && PathHandlers.PATHS.contains(exchange.path());
      ran = nameOnly ? PathHandlers.UNKNOWN : PathHandlers.choose(router.get(), exchange.path());
    } catch (IllegalArgumentException e) {
      exchange.respond(400, 0).close();
      return;
    }
    byte[] body = PathHandlers.run(ran).getBytes(StandardCharsets.UTF_8);
    try (var out = exchange.respond(200, body.length)) {
      out.write(body);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
