// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.weave.Advice;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;

/** One nested class for each line of {@link NettyClientHooks}; what they do is elsewhere. */
final class ClientAdvice {
  private ClientAdvice() {}

  /** {@code Bootstrap.doResolveAndConnect0}: the channel is registered and its pipeline set up. */
  static final class Connecting {
    private Connecting() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static ChannelFuture enter(
        @Advice.This Bootstrap bootstrap,
        @Advice.Argument(0) Channel channel,
        @Advice.Argument(1) SocketAddress remote,
        @Advice.Argument(2) SocketAddress local,
        @Advice.Argument(3) ChannelPromise promise) {
      return Connects.begin(bootstrap, channel, remote, local, promise);
    }

    /** Not null: nothing is connected. */
    static ChannelFuture enter(
        Throwable error,
        Bootstrap bootstrap,
        Channel channel,
        SocketAddress remote,
        SocketAddress local,
        ChannelPromise promise) {
      return Connects.refuseAfterError(error, channel, remote, promise);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static ChannelFuture exit(@Advice.Enter ChannelFuture ours) {
      return ours;
    }
  }

  /** {@code AbstractChannelHandlerContext.write}, which each handler of a pipeline goes through. */
  static final class Write {
    private Write() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This ChannelHandlerContext context, @Advice.Argument(0) Object message) {
      Carried.writing(context, message);
    }
  }
}
