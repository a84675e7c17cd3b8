// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Step;
import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.AnswerHead;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Responses that the mesh gives instead of a server. The head goes the JDK's own way (its filters
 * for cookies, redirects and challenges see it); the body, which no connection carries, is handed
 * to the application's body handler here.
 */
final class Answers {
  /** By exchange, from the head to the body. Empty nearly always. */
  private static final WeakIdentityMap<Object, Answer> ANSWERS = new WeakIdentityMap<>();

  private Answers() {}

  /**
   * Answers for an exchange.
   *
   * @param first the exchange that the JDK's filters go on with
   * @param exchange the one that it asks for the body
   * @return the JDK's response head
   */
  static Object respond(Object first, Object exchange, Step.Answer answer) {
    Object request = Internals.request(first);
    HttpClient.Version version = Internals.version(first);
    AnswerHead head = AnswerHead.of(answer, ((HttpRequest) request).method());
    Map<String, List<String>> values = new LinkedHashMap<>();
    head.headers().forEach((name, value) -> values.put(name, List.of(value)));
    HttpHeaders headers = HttpHeaders.of(values, (name, value) -> true);
    ANSWERS.put(exchange, new Answer(answer.status(), headers, version, head.body()));
    Internals.hideBody(first);
    Internals.hideBody(exchange);
    return Internals.response(first, request, answer.status(), headers, null, version);
  }

  /** The body of an answer in place of the JDK's; else what the JDK has. */
  static CompletableFuture<?> read(
      Object exchange, BodyHandler<?> handler, CompletableFuture<?> own) {
    Answer answer = ANSWERS.remove(exchange);
    return answer == null ? own : answer.read(handler);
  }

  /** True if the exchange was answered here, and has no connection to give back. */
  static boolean forget(Object exchange) {
    return ANSWERS.remove(exchange) != null;
  }

  static int known() {
    return ANSWERS.size();
  }

  private record Answer(
      int statusCode, HttpHeaders headers, HttpClient.Version version, byte[] body)
      implements ResponseInfo {
    /** On a thread of the client's executor, as the JDK calls handlers. */
    private <T> CompletableFuture<T> read(BodyHandler<T> handler) {
      try {
        BodySubscriber<T> subscriber = handler.apply(this);
        Delivery delivery = new Delivery(subscriber, body);
        subscriber.onSubscribe(delivery);
        delivery.begin();
        return subscriber.getBody().toCompletableFuture();
      } catch (Throwable e) {
        // The application's own.
        return CompletableFuture.failedFuture(e);
      }
    }
  }

  /** Publishes one array to one subscriber, after its {@code onSubscribe} has returned. */
  private static final class Delivery implements Flow.Subscription {
    private final BodySubscriber<?> subscriber;
    private final byte[] body;

    /** Signals that wait to be worked off; who raises it from zero works. */
    private final AtomicInteger signals = new AtomicInteger(1);

    private volatile boolean wanted;
    private volatile boolean refused;

    /**
     * Delivered or cancelled. Set by any thread, delivered by the thread that produces the answer.
     */
    private volatile boolean over;

    Delivery(BodySubscriber<?> subscriber, byte[] body) {
      this.subscriber = subscriber;
      this.body = body;
      this.wanted = body.length == 0;
    }

    void begin() {
      work();
    }

    @Override
    public void request(long n) {
      refused |= n <= 0;
      wanted = true;
      if (signals.getAndIncrement() == 0) {
        work();
      }
    }

    @Override
    public void cancel() {
      over = true;
    }

    private void work() {
      do {
        if (!over && wanted) {
          over = true;
          if (refused) {
            subscriber.onError(new IllegalArgumentException("a request for nothing"));
          } else {
            if (body.length > 0) {
              subscriber.onNext(List.of(ByteBuffer.wrap(body).asReadOnlyBuffer()));
            }
            subscriber.onComplete();
          }
        }
      } while (signals.decrementAndGet() != 0);
    }
  }
}
