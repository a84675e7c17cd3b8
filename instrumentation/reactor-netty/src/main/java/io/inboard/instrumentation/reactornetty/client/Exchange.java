// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Call;
import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientConfig;

/**
 * What an application gets for one subscription: the response of the last hop. Takes the place of
 * {@code MonoHttpConnect#subscribe}.
 */
// What a dependent stage of ours would throw is caught inside it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Exchange {
  private final Mono<Connection> mono;
  private final HttpClientConfig config;
  private final reactor.util.context.Context reactor;
  private final Context context;

  /** Hops follow each other. */
  private volatile Hop hop;

  /** The attempt of a hop that the mesh leaves alone, though not the one before it. */
  private volatile Flight untouched;

  /** Written once, before anything is handed on. */
  private volatile MonoSink<Connection> sink;

  private volatile boolean cancelled;

  private Exchange(
      Mono<Connection> mono,
      HttpClientConfig config,
      reactor.util.context.Context reactor,
      Context context) {
    this.mono = mono;
    this.config = config;
    this.reactor = reactor;
    this.context = context;
  }

  /**
   * Begins what an application subscribes to.
   *
   * @return whether this serves the subscriber; false to let the library do so, be it an attempt of
   *     ours or as without us
   */
  @SuppressWarnings("unchecked")
  static boolean begin(
      Object mono, HttpClientConfig config, CoreSubscriber<? super Connection> actual) {
    if (actual instanceof Flight || Inboard.outbound().disabled()) {
      return false;
    }
    Stage stage;
    try {
      stage = Stage.of(config);
    } catch (IllegalArgumentException e) {
      // No URL: the library says so itself.
      return false;
    }
    if (!stage.isInternet()) {
      return false;
    }
    reactor.util.context.Context reactor = actual.currentContext();
    Exchange exchange =
        new Exchange((Mono<Connection>) mono, config, reactor, Carried.context(reactor));
    Hop first = exchange.hop(stage);
    if (first == null || !first.start()) {
      return false;
    }
    exchange.hop = first;
    Mono.<Connection>create(exchange::attach).subscribe(actual);
    return true;
  }

  /** Null if the mesh leaves it alone. */
  private Hop hop(Stage stage) {
    SentBody body = new SentBody(stage.bodiless());
    HopRequest request = new HopRequest(config, stage, body, Carried.headers(reactor));
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      call = Inboard.outbound().begin(request);
    }
    if (call == Call.UNTOUCHED) {
      return null;
    }
    body.of(call);
    return new Hop(this, stage, body, call, request);
  }

  private void attach(MonoSink<Connection> waiting) {
    sink = waiting;
    waiting.onCancel(this::cancel);
    Hop first = hop;
    first.outcome().thenAccept(first::handOn);
  }

  private void cancel() {
    cancelled = true;
    Hop now = hop;
    if (now != null) {
      now.cancel();
    }
    Flight alone = untouched;
    if (alone != null) {
      alone.stop(new IOException("cancelled"));
    }
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** The library goes on with another hop. */
  void follow(Stage stage) {
    if (cancelled) {
      return;
    }
    try {
      Hop next = Inboard.outbound().disabled() || !stage.isInternet() ? null : hop(stage);
      if (next != null && next.start()) {
        hop = next;
        if (cancelled) {
          next.cancel();
        }
        next.outcome().thenAccept(next::handOn);
      } else {
        sendUntouched(stage);
      }
    } catch (Throwable e) {
      mistake(e);
      Optional<SSLException> refusal = Guard.refusal(stage, e);
      if (refusal.isPresent()) {
        fail(refusal.get());
      } else {
        sendUntouched(stage);
      }
    }
  }

  private void sendUntouched(Stage stage) {
    Flight flight = Flight.untouched(this, stage);
    untouched = flight;
    flight.send(
        (head, error) -> {
          if (head == null) {
            fail(error);
          } else if (head.next() != null) {
            follow(head.next());
          } else {
            deliver(head);
          }
        });
    if (cancelled) {
      flight.stop(new IOException("cancelled"));
    }
  }

  /**
   * On the connection's event loop: what the application does with a body that is there already is
   * done right here, in its context.
   */
  void deliver(Head head) {
    if (head.flight() == null) {
      deliverHere(head);
      return;
    }
    EventLoop loop = head.channel().eventLoop();
    if (loop.inEventLoop() || loop.isShuttingDown()) {
      deliverHere(head);
    } else {
      loop.execute(() -> deliverHere(head));
    }
  }

  private void deliverHere(Head head) {
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      sink.success(head.connection());
    }
    if (cancelled) {
      // Nobody may have taken it.
      head.connection().dispose();
    }
  }

  void fail(Throwable error) {
    try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
      sink.error(error);
    }
  }

  void mistake(Throwable error) {
    Log.warnOnce(
        ReactorNettyClientHooks.NAME,
        ReactorNettyClientHooks.NAME + ": a call is left as it stands: " + error);
  }

  Mono<Connection> mono() {
    return mono;
  }

  HttpClientConfig config() {
    return config;
  }

  /** That of the subscriber. */
  reactor.util.context.Context reactor() {
    return reactor;
  }

  /** That of the request which the application works for. */
  Context context() {
    return context;
  }

  /** The library's event loops. */
  Executor executor() {
    return config.loopResources().onClient(config.isPreferNative());
  }

  /** On a thread of the library's; on this one if it takes no more tasks. */
  void execute(Runnable task) {
    try {
      executor().execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }
}
