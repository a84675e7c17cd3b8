// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.AgentThreads;
import io.inboard.call.Attempt;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One attempt, from the moment that it is to be sent to its response head. */
final class InFlight {
  private final Attempt attempt;
  private final Outgoing outgoing;
  private final Object exchange;

  /** Completed with true when the attempt has become slow, with false when that does not matter. */
  private final CompletableFuture<Boolean> slow = new CompletableFuture<>();

  /** Reported, or abandoned: later events of it are ignored. Guarded by its {@link Hop}. */
  boolean over;

  /**
   * The attempt of the same call that is under way, too; null if there is none. Guarded as well.
   */
  InFlight beside;

  InFlight(Attempt attempt, Outgoing outgoing, Object exchange) {
    this.attempt = attempt;
    this.outgoing = outgoing;
    this.exchange = exchange;
  }

  Attempt attempt() {
    return attempt;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  Object exchange() {
    return exchange;
  }

  /**
   * Sends the request.
   *
   * @param address null: where the library says
   * @return the response head, or why there is none
   */
  CompletableFuture<Object> send(EndpointAddress address) {
    outgoing.route().begin(address, attempt.connectTimeoutNanos(), attempt.meshRetries());
    attempt.writeHeaders(outgoing);
    attempt.onTimeout(() -> stop(new HttpTimeoutException("request timed out")));
    try {
      return Internals.send(exchange);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Runs the task when the attempt has been under way for so long, on a thread that must not block.
   */
  // What the task throws is ignored.
  @SuppressWarnings("FutureReturnValueIgnored")
  void whenSlow(long nanos, Runnable task) {
    // The JDK's delay thread, which forgets the task when the future is completed before.
    AgentThreads.startDelays();
    slow.completeOnTimeout(true, nanos, TimeUnit.NANOSECONDS);
    slow.thenAccept(
        is -> {
          if (is) {
            task.run();
          }
        });
  }

  /** The attempt is over: whether it is slow does not matter any more. */
  void notSlow() {
    slow.complete(false);
  }

  /** Closes its connection, or resets its stream. Any thread; does not block. */
  void stop(IOException cause) {
    Internals.cancel(exchange, cause);
  }
}
