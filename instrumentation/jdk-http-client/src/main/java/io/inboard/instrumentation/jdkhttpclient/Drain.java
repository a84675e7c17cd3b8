// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.client.Delays;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

/**
 * Reads the body of a response over HTTP/2 that the application does not get, up to its end if it
 * is short and comes soon; else resets the stream.
 *
 * <p>The JDK resets such a stream at once ({@code Stream#ignoreBody}), also where its end is
 * already here. Servers count resets as an attack (CVE-2023-44487): Tomcat ends a young connection
 * with GOAWAY after the second, and all the other calls on it fail.
 *
 * <p>Nobody waits for it: streams do not need each other's end. Any thread.
 */
final class Drain implements BodySubscriber<Void> {
  /** The most that is read, in bytes. */
  static final long MOST = 64 * 1024;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /** The bytes that have come. Signals of a body come one after the other. */
  private long total;

  private volatile Flow.Subscription subscription;

  private Drain() {}

  /**
   * Begins to read what the application does not get.
   *
   * @param stream its request has been sent to its end
   */
  // What that stage throws is nothing: it forgets a delay.
  @SuppressWarnings("FutureReturnValueIgnored")
  static void begin(Object stream) {
    Drain drain = new Drain();
    Internals.readBody(stream, drain);
    if (!drain.end.isDone()) {
      drain.end.thenRun(Delays.OF_JDK.after(PATIENCE_NANOS, drain::giveUp));
    }
  }

  /**
   * The end is told first: an error would be one of the application's pushed responses, too. Only
   * then the subscription is read: {@link #onSubscribe} writes it before it looks at the end, so
   * one of the two cancels.
   */
  private void giveUp() {
    end.complete(null);
    Flow.Subscription body = subscription;
    if (body != null) {
      body.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription body) {
    subscription = body;
    if (end.isDone()) {
      body.cancel();
    } else {
      body.request(Long.MAX_VALUE);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> piece) {
    piece.forEach(bytes -> total += bytes.remaining());
    if (total > MOST) {
      giveUp();
    }
  }

  @Override
  public void onError(Throwable error) {
    end.complete(null);
  }

  @Override
  public void onComplete() {
    end.complete(null);
  }

  @Override
  public CompletionStage<Void> getBody() {
    return end;
  }
}
