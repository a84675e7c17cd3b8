// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.weave.Advice;
import java.net.SocketAddress;
import java.nio.channels.Selector;
import java.util.Queue;
import org.apache.http.conn.routing.HttpRoute;

/** One nested class for each line of {@link ApacheHttpAsyncClient4Hooks}. */
final class AsyncAdvice {
  private AsyncAdvice() {}

  /** {@code AbstractClientExchangeHandler#requestConnection}: true where we take care of it. */
  static final class Connection {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(@Advice.This Object handler) {
      return Exchange.connect(handler);
    }

    static boolean enter(Throwable mistake, Object handler) {
      return Exchange.mistaken(mistake, handler);
    }
  }

  /** {@code AbstractClientExchangeHandler#cancel}; any thread. */
  static final class Cancel {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object handler) {
      Exchange.cancelling(handler);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object handler) {
      Exchange.cancelled(handler);
    }
  }

  /** {@code AbstractNIOConnPool#getMax}: how many connections the application allows its route. */
  static final class Max {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Object enter(@Advice.Argument(0) Object route) {
      return EndpointRoutes.logical(route);
    }
  }

  /** {@code InternalAddressResolver#resolveRemoteAddress}: nobody asks DNS for an endpoint. */
  static final class Resolve {
    @Advice.OnMethodEnter(skipOn = SocketAddress.class)
    static SocketAddress enter(@Advice.Argument(0) HttpRoute route) {
      return EndpointRoutes.address(route);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static SocketAddress exit(@Advice.Enter SocketAddress address) {
      return address;
    }
  }

  /** {@code DefaultConnectingIOReactor#connect}: where to, and from where. */
  static final class Connect {
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 0)
    @Advice.ToArgument(value = 1, index = 1)
    static Object[] enter(
        @Advice.Argument(0) SocketAddress remote,
        @Advice.Argument(1) SocketAddress local,
        @Advice.Argument(2) Object attachment) {
      return EndpointRoutes.connecting(remote, local, attachment);
    }

    static Object[] enter(
        Throwable mistake, SocketAddress remote, SocketAddress local, Object attachment) {
      return EndpointRoutes.mistaken(remote, local);
    }
  }

  /**
   * {@code AbstractIOReactor#processNewChannels}, on its own thread. It stops at a connection that
   * was given up while it was made, and leaves those behind it until something else happens, or the
   * selector's second is over: many that are given up at once, as those whose time is up, would
   * hold up all that follow, until their time is up, too.
   */
  static final class NewChannels {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object reactor) {
      if (!((Queue<?>) Members.NEW_CHANNELS.get(reactor)).isEmpty()) {
        ((Selector) Members.SELECTOR.get(reactor)).wakeup();
      }
    }
  }
}
