// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.AgentThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * What an attempt came to: a response head, or an error.
 *
 * @param flight null before the first attempt, as the other two
 * @param response the JDK's
 */
record Outcome(InFlight flight, Object response, Throwable error) {
  static final Outcome NONE = new Outcome(null, null, null);

  /** How long the unread rest of a response may hold up what takes its place. */
  private static final long DRAIN_MILLIS = 250;

  static Outcome of(InFlight flight, Object response, Throwable thrown) {
    boolean wrapped = thrown instanceof CompletionException && thrown.getCause() != null;
    return new Outcome(flight, response, wrapped ? thrown.getCause() : thrown);
  }

  /** Reads and discards the rest of a response, so that its connection can be used again. */
  // A failure to read it is the end of it, too.
  @SuppressWarnings("FutureReturnValueIgnored")
  CompletableFuture<Void> drain() {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    if (response == null) {
      drained.complete(null);
    } else {
      Internals.ignoreBody(flight.exchange()).whenComplete((v, e) -> drained.complete(null));
      AgentThreads.startDelays();
      drained.completeOnTimeout(null, DRAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
    return drained;
  }
}
