// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import io.inboard.call.server.HandlerErrors;
import io.inboard.weave.Advice;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.function.BiConsumer;
import reactor.netty.channel.ChannelOperations;

/** A request, as reactor-netty serves it. */
final class OperationsAdvice {
  private static final AttributeKey<BiConsumer<Object, Throwable>> ERRORS =
      AttributeKey.valueOf(HandlerErrors.KEY);

  private OperationsAdvice() {}

  /** A handler has ended with an error; it is answered, or its connection closed. */
  static final class Failed {
    private Failed() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This ChannelOperations<?, ?> operations, @Advice.Argument(0) Throwable error) {
      Channel channel = operations.channel();
      // A stream of HTTP/2 has a channel of its own, below that of its connection.
      Channel connection = channel.hasAttr(ERRORS) ? channel : channel.parent();
      if (connection != null && connection.hasAttr(ERRORS)) {
        connection.attr(ERRORS).get().accept(channel, error);
      }
    }
  }
}
