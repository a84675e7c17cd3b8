// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What is repeated, and when; RATIONALE.md, Retries, Backoff, Deadlines, Signals and Replay.
 *
 * @param attempts retries after the first attempt; 0: none
 * @param perTryTimeout of each attempt; empty: none
 * @param retryOn what is retried
 * @param idempotentMethods upper case; repeated after failures that may have run; never POST
 * @param retriableMethods upper case; nothing else is repeated at all; empty: any
 * @param backoff base of the exponential back-off
 * @param maxBackoff its cap
 * @param ignorePreviousHosts a retry goes to an endpoint that the call has not tried, if it can
 * @param maxReplayBytes of one request's body that are kept for a repetition
 * @param maxReplayTotal no body is kept while this JVM keeps that many bytes already
 * @param retryOfRetry whether a request that is a retry of its caller is retried here, too
 * @param retryAfterMax a longer {@code Retry-After} is not waited for
 * @param signals whether "do not retry" is said and obeyed
 * @param trustIdempotencyKey a POST or PATCH with {@code Idempotency-Key} counts as idempotent
 */
public record RetrySettings(
    int attempts,
    Optional<Duration> perTryTimeout,
    Set<String> retryOn,
    Set<String> idempotentMethods,
    Set<String> retriableMethods,
    Duration backoff,
    Duration maxBackoff,
    boolean ignorePreviousHosts,
    int maxReplayBytes,
    long maxReplayTotal,
    boolean retryOfRetry,
    Duration retryAfterMax,
    boolean signals,
    boolean trustIdempotencyKey) {
  /** The defaults. */
  public static final RetrySettings DEFAULT =
      new RetrySettings(
          2,
          Optional.empty(),
          Set.of(
              "connect-failure",
              "refused-stream",
              "reset-before-request",
              "reset-before-response",
              "503"),
          Set.of("GET", "HEAD", "OPTIONS", "TRACE"),
          Set.of(),
          Duration.ofMillis(25),
          Duration.ofMillis(250),
          true,
          65_536,
          16L << 20,
          false,
          Duration.ofSeconds(5),
          true,
          false);

  /** The same with other retries: how many, after how long, and after what. */
  public RetrySettings with(int retries, Optional<Duration> perTry, Set<String> words) {
    return new RetrySettings(
        retries,
        perTry,
        words,
        idempotentMethods,
        retriableMethods,
        backoff,
        maxBackoff,
        ignorePreviousHosts,
        maxReplayBytes,
        maxReplayTotal,
        retryOfRetry,
        retryAfterMax,
        signals,
        trustIdempotencyKey);
  }

  /** The same, but that nothing is repeated or bounded. */
  public RetrySettings off() {
    return new RetrySettings(
        0,
        Optional.empty(),
        retryOn,
        idempotentMethods,
        retriableMethods,
        backoff,
        maxBackoff,
        ignorePreviousHosts,
        0,
        0,
        retryOfRetry,
        retryAfterMax,
        false,
        trustIdempotencyKey);
  }

  public RetrySettings {
    retryOn = Set.copyOf(retryOn);
    idempotentMethods = Set.copyOf(idempotentMethods);
    retriableMethods = Set.copyOf(retriableMethods);
  }
}
