// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.micro;

import dev.failsafe.Bulkhead;
import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * What somebody gets who composes retry, breaker, bulkhead and timeout by hand: one destination, no
 * balancing, no ejection, no budget, no deadline. For comparison in the same run.
 */
public class ByHandBenchmark extends Microbenchmark {
  private FailsafeExecutor<Object> failsafe;
  private Callable<Integer> resilience4j;

  /** Before the first call. */
  @Setup
  public void start() {
    failsafe =
        Failsafe.with(
            RetryPolicy.builder()
                .withMaxRetries(2)
                .withBackoff(25, 250, java.time.temporal.ChronoUnit.MILLIS)
                .build(),
            CircuitBreaker.builder()
                .withFailureRateThreshold(50, 20, Duration.ofSeconds(10))
                .build(),
            Bulkhead.of(1_000),
            Timeout.of(Duration.ofMillis(500)));
    resilience4j = decorated();
  }

  private static Callable<Integer> decorated() {
    var breaker =
        io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
            "payments",
            CircuitBreakerConfig.custom()
                .slidingWindow(10, 20, CircuitBreakerConfig.SlidingWindowType.TIME_BASED)
                .build());
    var bulkhead =
        io.github.resilience4j.bulkhead.Bulkhead.of(
            "payments",
            io.github.resilience4j.bulkhead.BulkheadConfig.custom()
                .maxConcurrentCalls(1_000)
                .build());
    TimeLimiter limiter =
        TimeLimiter.of(TimeLimiterConfig.custom().timeoutDuration(Duration.ofMillis(500)).build());
    Callable<Integer> call =
        limiter.decorateFutureSupplier(() -> CompletableFuture.completedFuture(200));
    call = io.github.resilience4j.bulkhead.Bulkhead.decorateCallable(bulkhead, call);
    call = io.github.resilience4j.circuitbreaker.CircuitBreaker.decorateCallable(breaker, call);
    return Retry.decorateCallable(Retry.ofDefaults("payments"), call);
  }

  /** Failsafe: retry, breaker, bulkhead, timeout. */
  @Benchmark
  public Object failsafe() {
    return failsafe.get(() -> 200);
  }

  /** resilience4j: retry, breaker, bulkhead, time limiter over a future that is done. */
  @Benchmark
  public Integer resilience4j() throws Exception {
    return resilience4j.call();
  }
}
