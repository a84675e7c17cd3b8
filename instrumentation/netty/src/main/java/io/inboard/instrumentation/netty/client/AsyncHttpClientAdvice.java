// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.weave.Advice;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;

/** One nested class for each line of {@link AsyncHttpClientHooks}; what they do is elsewhere. */
final class AsyncHttpClientAdvice {
  private AsyncHttpClientAdvice() {}

  /** {@code NettyRequestSender.resolveAddresses(Request, ProxyServer, future, AsyncHandler)}. */
  static final class Resolve {
    private Resolve() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Future<List<InetSocketAddress>> enter(
        @Advice.This Object sender,
        @Advice.Argument(0) Object request,
        @Advice.Argument(1) Object proxy,
        @Advice.Argument(2) Object future) {
      return Routed.unresolved(sender, request, proxy, future);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Future<List<InetSocketAddress>> exit(
        @Advice.Enter Future<List<InetSocketAddress>> ours) {
      return ours;
    }
  }

  /** {@code NettyChannelConnector.connect0(Bootstrap, NettyConnectListener, address)}. */
  static final class Connecting {
    private Connecting() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(2)
    static InetSocketAddress enter(
        @Advice.Argument(1) Object listener, @Advice.Argument(2) InetSocketAddress address) {
      return Routed.of(listener, address);
    }
  }
}
