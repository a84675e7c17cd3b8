// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.weave.Advice;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.http.client.HttpClientConfig;

/** One nested class for each line of {@link ReactorNettyClientHooks}; what they do is elsewhere. */
final class ClientAdvice {
  private ClientAdvice() {}

  /** {@code MonoHttpConnect#subscribe}: of the application, or of an attempt. */
  static final class Subscribe {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter(
        @Advice.This Object mono,
        @Advice.FieldValue("config") HttpClientConfig config,
        @Advice.Argument(0) CoreSubscriber<? super Connection> actual) {
      return Exchange.begin(mono, config, actual);
    }

    static boolean enter(
        Throwable mistake,
        Object mono,
        HttpClientConfig config,
        CoreSubscriber<? super Connection> actual) {
      return Guard.refuses(mistake, config, actual);
    }
  }

  /** {@code HttpClientHandler}'s constructor. */
  static final class Handle {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object handler) {
      Flights.handled(handler);
    }
  }

  /** {@code HttpClientHandler#test}: whether the library subscribes once more by itself. */
  static final class Repeat {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static boolean exit(
        @Advice.This Object handler,
        @Advice.Argument(0) Throwable error,
        @Advice.Return boolean again) {
      return again && Flights.repeats(handler, error);
    }

    static boolean exit(Throwable mistake, Object handler, Throwable error, boolean again) {
      return again && !Flights.knows(handler);
    }
  }

  /** {@code HttpClientHandler#get}: the address that is connected to. */
  static final class Address {
    @Advice.OnMethodExit
    @Advice.ToReturned
    static SocketAddress exit(@Advice.This Object handler) {
      return Flights.address(handler);
    }

    static SocketAddress exit(Throwable mistake, Object handler) {
      return Guard.nowhere(handler);
    }
  }

  /** {@code PooledConnectionProvider#poolFactory}: the application's limits of an address. */
  static final class PoolOf {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static SocketAddress enter(@Advice.Argument(0) SocketAddress address) {
      return Target.asked(address);
    }
  }

  /** {@code PoolKey#equals}: an address's own is final, and knows no endpoint. */
  static final class SamePool {
    @Advice.OnMethodExit
    @Advice.ToReturned(evenDefault = true)
    static boolean exit(
        @Advice.FieldValue("holder") SocketAddress mine,
        @Advice.Argument(0) Object other,
        @Advice.Return boolean own) {
      return own && Target.isSame(mine, other);
    }

    static boolean exit(Throwable mistake, SocketAddress mine, Object other, boolean own) {
      return own && !(mine instanceof Target);
    }
  }

  /** {@code HttpClientChannelInitializer#onChannelInit}: a new connection's pipeline is made. */
  static final class Connect {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Argument(0) ConnectionObserver observer,
        @Advice.Argument(1) Channel channel,
        @Advice.Argument(2) SocketAddress address) {
      SecuredChannel.secure(observer, channel, address);
    }

    static void exit(
        Throwable mistake, ConnectionObserver observer, Channel channel, SocketAddress address) {
      SecuredChannel.close(mistake, channel, address);
    }
  }

  /** {@code HttpClientHandler#requestWithBody}: the connection is there, the request is made. */
  static final class Carry {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static Publisher<Void> enter(
        @Advice.This Object handler, @Advice.Argument(0) Object operations) {
      return Flights.carried(handler, operations);
    }

    static Publisher<Void> enter(Throwable mistake, Object handler, Object operations) {
      return Guard.refuses(mistake, handler);
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Publisher<Void> exit(@Advice.Enter Publisher<Void> refusal) {
      return refusal;
    }
  }

  /** {@code HttpClientOperations#send(Publisher)}. */
  static final class Body {
    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Publisher<? extends ByteBuf> enter(
        @Advice.This Object operations, @Advice.Argument(0) Publisher<? extends ByteBuf> body) {
      return Flights.sending(operations, body);
    }
  }

  /** {@code HttpClientOperations#beforeMarkSentHeaders}: the head goes out. */
  static final class Head {
    @Advice.OnMethodExit
    static void exit(@Advice.This Object operations) {
      Flights.writing(operations);
    }
  }

  /** {@code HttpClientOperations#onInboundNext}: a part of the response, on the event loop. */
  static final class Read {
    @Advice.OnMethodEnter
    static AutoCloseable enter(@Advice.This Object operations, @Advice.Argument(1) Object message) {
      return Flights.reading(operations, message);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter AutoCloseable scope) throws Exception {
      if (scope != null) {
        scope.close();
      }
    }
  }

  /** {@code WebsocketClientOperations#onInboundNext}: the answer to the handshake, and frames. */
  static final class ReadByWebSocket {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object operations, @Advice.Argument(1) Object message) {
      Flights.readingByWebSocket(operations, message);
    }
  }

  /** {@code HttpClientOperations#onInboundCancel}: nobody wants the rest. */
  static final class Cancel {
    @Advice.OnMethodEnter
    static void enter(@Advice.This Object operations) {
      Flights.cancelled(operations);
    }
  }

  /** {@code HttpObserver#onStateChange}. */
  static final class State {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.This Object observer, @Advice.Argument(1) ConnectionObserver.State state) {
      Flights.changed(observer, state);
    }
  }
}
