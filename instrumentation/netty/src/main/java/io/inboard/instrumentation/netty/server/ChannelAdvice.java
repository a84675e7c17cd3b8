// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.weave.Advice;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/** A channel, before and while the application has it. */
final class ChannelAdvice {
  private ChannelAdvice() {}

  /** Before the channel has an event loop, so before any byte of it is read. */
  static final class Register {
    private Register() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(1) ChannelPromise promise) {
      Arrivals.registering(promise.channel());
      return false;
    }

    /** True: the channel is closed, and not registered. */
    static boolean enter(Throwable error, ChannelPromise promise) {
      return Arrivals.refuseAfterError(promise, error);
    }
  }

  /** In a Netty that the hooks do not fit. */
  static final class RegisterUnfit {
    private RegisterUnfit() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.Argument(1) Object promise) {
      return Arrivals.refuseUnfit(promise);
    }

    static boolean enter(Throwable error, Object promise) {
      return true;
    }
  }

  /** A handler has got its place in a pipeline, which works already. */
  static final class Added {
    private Added() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This ChannelHandlerContext context) {
      Arrivals.adding(context);
    }

    static void enter(Throwable error, ChannelHandlerContext context) {
      Arrivals.closeAfterError(context.channel());
    }

    @Advice.OnMethodExit
    static void exit(@Advice.This ChannelHandlerContext context) {
      Http1Places.added(context);
    }

    static void exit(Throwable error, ChannelHandlerContext context) {
      Arrivals.closeAfterError(context.channel());
    }
  }

  /** What a handler has thrown gets to that handler, and to those behind it. */
  static final class Caught {
    private Caught() {}

    @Advice.OnMethodEnter
    static void enter(
        @Advice.This ChannelHandlerContext context, @Advice.Argument(0) Throwable thrown) {
      Http1Places.thrown(context.channel(), thrown);
    }
  }
}
