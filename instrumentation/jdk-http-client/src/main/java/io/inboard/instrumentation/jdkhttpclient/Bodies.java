// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.BodyTap;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/**
 * Shows the mesh the body of a response while the application's handler takes it. A handler that is
 * done with the head alone (a stream, a publisher) ends the call before the body has come: such a
 * body is not shown.
 *
 * @param exchange knows the client's executor
 */
record Bodies(AsyncCall<?> call, BodyTap tap, Object exchange) {
  /** By exchange, from the head to the body. Empty nearly always. */
  private static final WeakIdentityMap<Object, Bodies> WANTED = new WeakIdentityMap<>();

  /** The body of this exchange is wanted. */
  static void want(Object exchange, Bodies wanted) {
    WANTED.put(exchange, wanted);
  }

  /** A handler in place of the application's; null if the body is not observed. */
  static BodyHandler<?> handler(Object exchange, BodyHandler<?> own) {
    Bodies wanted = WANTED.remove(exchange);
    return wanted == null ? null : wanted.around(own);
  }

  /** An exchange without a body. */
  static void none(Object exchange) {
    Bodies wanted = WANTED.remove(exchange);
    if (wanted != null) {
      wanted.call.ended(wanted.tap, true);
    }
  }

  static int known() {
    return WANTED.size();
  }

  private <T> BodyHandler<T> around(BodyHandler<T> own) {
    return head -> new Shown<>(own.apply(head), Internals.executor(exchange));
  }

  private final class Shown<T> implements BodySubscriber<T> {
    private final BodySubscriber<T> own;
    private final Executor executor;

    Shown(BodySubscriber<T> own, Executor executor) {
      this.own = own;
      this.executor = executor;
    }

    /**
     * The JDK knows which of its subscribers read the body inside this method, and must be asked on
     * a thread of their own; of this one it does not.
     */
    @Override
    public CompletionStage<T> getBody() {
      return CompletableFuture.supplyAsync(own::getBody, executor).thenCompose(body -> body);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      own.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> piece) {
      piece.forEach(tap::add);
      own.onNext(piece);
    }

    @Override
    public void onError(Throwable error) {
      own.onError(error);
    }

    @Override
    public void onComplete() {
      call.ended(tap, true);
      own.onComplete();
    }
  }
}
