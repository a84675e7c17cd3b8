// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.netty;

import io.inboard.instrumentation.grpc.client.Target;
import io.inboard.weave.Advice;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.net.SocketAddress;

/** A connection's pipeline is complete, and it is about to connect. On its event loop. */
final class ConnectAdvice {
  private ConnectAdvice() {}

  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
  static boolean enter(
      @Advice.Argument(0) ChannelHandlerContext context,
      @Advice.Argument(1) SocketAddress remote,
      @Advice.Argument(3) ChannelPromise promise) {
    if (remote instanceof Target target) {
      SecuredConnection.prepare(context.channel(), target);
    }
    return false;
  }

  /** True: it does not connect. */
  static boolean enter(
      Throwable error,
      ChannelHandlerContext context,
      SocketAddress remote,
      ChannelPromise promise) {
    if (remote instanceof Target target && target.plan().isPresent()) {
      promise.tryFailure(target.refusal(error));
      return true;
    }
    return false;
  }
}
