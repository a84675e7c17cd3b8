// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLSession;

/**
 * Netty's TLS, unseen by the application, which asks the pipeline for an {@link SslHandler} to tell
 * https from http: what the mesh secures is http to it. {@link SslHandler} asks nothing of its
 * place in the pipeline but the context that it is given (4.1.100 to 4.2.18).
 */
final class HiddenTls extends ChannelDuplexHandler implements Ours {
  private final SslHandler tls;

  HiddenTls(SslHandler tls) {
    this.tls = tls;
  }

  /** Of the handshake that has just ended. */
  static SSLSession session(ChannelPipeline pipeline) {
    return pipeline.get(HiddenTls.class).tls.engine().getSession();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    tls.handlerAdded(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
    tls.handlerRemoved(ctx);
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    tls.channelActive(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    tls.channelInactive(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
    tls.channelRead(ctx, msg);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    tls.channelReadComplete(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    tls.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    tls.exceptionCaught(ctx, cause);
  }

  @Override
  public void read(ChannelHandlerContext ctx) throws Exception {
    tls.read(ctx);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise)
      throws Exception {
    tls.write(ctx, msg, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) throws Exception {
    tls.flush(ctx);
  }

  @Override
  public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
    tls.disconnect(ctx, promise);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) throws Exception {
    tls.close(ctx, promise);
  }
}
