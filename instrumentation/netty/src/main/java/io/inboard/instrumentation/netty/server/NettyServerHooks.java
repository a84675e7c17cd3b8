// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Netty's transport, whatever stands on it: each accepted channel is registered
 * with an event loop once ({@code ServerBootstrap} does it, reactor-netty's own acceptor, and
 * whoever else accepts); each handler is added by one method, however it gets into the pipeline;
 * what a handler throws passes one method, too.
 */
public final class NettyServerHooks implements Library {
  /** As {@code status} and spans say it. */
  static final String NAME = "netty";

  private static final String CHANNEL = "io.netty.channel.AbstractChannel$AbstractUnsafe";
  private static final String CONTEXT = "io.netty.channel.AbstractChannelHandlerContext";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // In the order of the transports: the JDK's, and what the guard against unknown servers
        // sees of the native ones.
        .openingSockets(
            "io.netty.channel.socket.nio.NioServerSocketChannel",
            "io.netty.channel.epoll.EpollServerSocketChannel",
            "io.netty.channel.kqueue.KQueueServerSocketChannel",
            "io.netty.channel.uring.IoUringServerSocketChannel",
            "io.netty.incubator.channel.uring.IOUringServerSocketChannel")
        .relyingOn(Members.HANDLES)

        // A connection is accepted.
        .weave(
            CHANNEL,
            method("register", "io.netty.channel.EventLoop", "io.netty.channel.ChannelPromise"),
            ChannelAdvice.Register.class)
        .otherwise(CHANNEL, method("register", 2), ChannelAdvice.RegisterUnfit.class)

        // What speaks HTTP gets its judge beside it.
        .weave(CONTEXT, method("callHandlerAdded", 0), ChannelAdvice.Added.class)
        .weave(
            CONTEXT,
            method("invokeExceptionCaught", "java.lang.Throwable"),
            ChannelAdvice.Caught.class)
        .build();
  }
}
