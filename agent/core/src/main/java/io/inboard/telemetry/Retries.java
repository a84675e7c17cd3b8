// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.http.Deadline;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * How often one message is sent, and with which pauses: as the SDK's own sender does it
 * (RetryInterceptor and RetryState of opentelemetry-exporter-sender-okhttp). The pauses grow by a
 * factor up to a limit, each a fifth longer or shorter by chance; a server's Retry-After takes the
 * place of one; none goes beyond the deadline.
 */
final class Retries {
  private final RetryPolicy policy;
  private final Pause pause;

  /** How many attempts there were, the one that is under way included. */
  private int attempts = 1;

  private long nextNanos;

  /** Waits. */
  interface Pause {
    Pause SLEEP = TimeUnit.NANOSECONDS::sleep;

    void of(long nanos) throws InterruptedException;
  }

  /**
   * @param policy null: nothing is sent twice
   */
  private Retries(RetryPolicy policy, Pause pause) {
    this.policy = policy;
    this.pause = pause;
    this.nextNanos = policy == null ? 0 : policy.getInitialBackoff().toNanos();
  }

  /** For one message. */
  static Retries of(RetryPolicy policy, Pause pause) {
    return new Retries(policy, pause);
  }

  /** Whether an error may be gone at the next attempt. */
  boolean isWorthIt(IOException error) {
    Predicate<IOException> own = policy == null ? null : policy.getRetryExceptionPredicate();
    return own != null
        ? own.test(error)
        : error instanceof SocketTimeoutException
            || error instanceof UnknownHostException
            || error instanceof SocketException;
  }

  /**
   * Waits for the next attempt.
   *
   * @param askedFor what the server wants to be left alone for
   * @return false: there is none, or no time for it
   */
  boolean again(OptionalLong askedFor, Deadline deadline) {
    if (policy == null || attempts >= policy.getMaxAttempts() || deadline.remainingNanos() <= 0) {
      return false;
    }
    long own = Math.min(nextNanos, policy.getMaxBackoff().toNanos());
    long wanted = askedFor.isPresent() ? askedFor.getAsLong() : varied(own);
    nextNanos = (long) (own * policy.getBackoffMultiplier());
    attempts++;
    try {
      pause.of(Math.min(wanted, deadline.remainingNanos()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return deadline.remainingNanos() > 0;
  }

  private static long varied(long nanos) {
    return (long) (nanos * ThreadLocalRandom.current().nextDouble(0.8, 1.2));
  }
}
