// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server.app;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;

/** Reads what a load balancer says of the peer before the first request. */
final class ProxyProtocol extends SimpleChannelInboundHandler<HAProxyMessage> {
  static void first(ChannelPipeline pipeline) {
    pipeline.addLast(new HAProxyMessageDecoder()).addLast(new ProxyProtocol());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HAProxyMessage said) {
    ctx.pipeline().remove(this);
  }
}
