// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.WeakIdentityMap;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientState;

/** Finds the attempt that a hook tells of. Any thread. */
final class Flights {
  /** In the Reactor context of an attempt, which the library's operations keep. */
  private static final Object KEY = Flight.class;

  /** The attempt for which this thread subscribes, until the library has made its handler. */
  private static final ThreadLocal<Flight> SUBSCRIBING = new ThreadLocal<>();

  /** By the library's handler, until the attempt is over: an attempt leads to its handler. */
  private static final WeakIdentityMap<Object, Flight> BY_HANDLER = new WeakIdentityMap<>();

  private Flights() {}

  /** The Reactor context of an attempt. */
  static reactor.util.context.Context within(reactor.util.context.Context outer, Flight flight) {
    return outer.put(KEY, flight);
  }

  /** Null if there is none. */
  static Flight of(reactor.util.context.Context context) {
    return context.isEmpty() ? null : context.getOrDefault(KEY, null);
  }

  private static Flight of(Object operations) {
    return of(((ChannelOperations<?, ?>) operations).currentContext());
  }

  /** Subscribes for an attempt. */
  static void subscribe(Mono<Connection> mono, Flight flight) {
    SUBSCRIBING.set(flight);
    try {
      mono.subscribe((CoreSubscriber<? super Connection>) flight);
    } finally {
      SUBSCRIBING.remove();
    }
  }

  /** The attempt is over. */
  static void forget(Object handler) {
    BY_HANDLER.remove(handler);
  }

  /** {@code HttpClientHandler}'s constructor, afterwards. */
  static void handled(Object handler) {
    Flight flight = SUBSCRIBING.get();
    if (flight != null) {
      SUBSCRIBING.remove();
      flight.handledBy(handler);
      BY_HANDLER.put(handler, flight);
    }
  }

  /** {@code HttpClientHandler#test}: whether the library is to subscribe again by itself. */
  static boolean repeats(Object handler, Throwable error) {
    Flight flight = BY_HANDLER.get(handler);
    boolean goesOn =
        Members.REDIRECT.isInstance(error)
            || (Members.authenticates() && Members.CHALLENGE.isInstance(error));
    if (flight != null && goesOn) {
      flight.goesOn(handler);
      return false;
    }
    return true;
  }

  /** Whether a handler is that of an attempt. */
  static boolean knows(Object handler) {
    return BY_HANDLER.get(handler) != null;
  }

  /** {@code HttpClientHandler#get}: null for the library's own address. */
  static SocketAddress address(Object handler) {
    Flight flight = BY_HANDLER.get(handler);
    return flight == null ? null : flight.target();
  }

  /**
   * {@code HttpClientHandler#requestWithBody}.
   *
   * @return what fails the request; null: it is made
   */
  static Publisher<Void> carried(Object handler, Object operations) {
    Flight flight = BY_HANDLER.get(handler);
    return flight == null ? null : flight.carriedBy((Connection) operations);
  }

  /** {@code HttpClientOperations#send}: null to send the application's own. */
  static Publisher<? extends ByteBuf> sending(
      Object operations, Publisher<? extends ByteBuf> body) {
    Flight flight = of(operations);
    return flight == null ? null : flight.sends(body);
  }

  /** {@code HttpClientOperations#beforeMarkSentHeaders}, which may be asked twice. */
  static void writing(Object operations) {
    Flight flight = of(operations);
    if (flight != null) {
      flight.write((HttpClientRequest) operations);
    }
  }

  /** {@code HttpClientOperations#onInboundNext}: what it calls works for the request. */
  static AutoCloseable reading(Object operations, Object message) {
    Flight flight = of(operations);
    return flight == null ? null : flight.read(message);
  }

  /** {@code WebsocketClientOperations#onInboundNext}, which does not go on to the one above. */
  static void readingByWebSocket(Object operations, Object message) {
    Flight flight = of(operations);
    if (flight != null) {
      flight.readByWebSocket(message);
    }
  }

  /** {@code HttpClientOperations#onInboundCancel}. */
  static void cancelled(Object operations) {
    Flight flight = of(operations);
    if (flight != null && !((ChannelOperations<?, ?>) operations).isInboundDisposed()) {
      flight.cancelled();
    }
  }

  /** {@code HttpObserver#onStateChange}. */
  static void changed(Object observer, ConnectionObserver.State state) {
    if (state == HttpClientState.RESPONSE_COMPLETED
        || state == HttpClientState.RESPONSE_INCOMPLETE
        || state == ConnectionObserver.State.DISCONNECTING) {
      Flight flight = of(((ConnectionObserver) observer).currentContext());
      if (flight != null) {
        flight.finished(state == HttpClientState.RESPONSE_COMPLETED);
      }
    }
  }
}
