// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.DestinationSettings.HedgeSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * When a slow attempt gets another one beside it, and how many may; RATIONALE.md, Hedging. What is
 * allowed beyond the calls is saved up by calls, a few at most, so that a stall of the whole
 * destination is not answered with twice the load. Safe for use by any thread; takes no lock.
 */
final class Hedging {
  private static final long ONE = 1_000_000;
  private static final long MOST = 10 * ONE;
  private static final long MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final HedgeSettings settings;
  private final long credit;
  private final AtomicLong saved = new AtomicLong();

  /** Hedges that answered first, that did not, and that were wanted and not allowed. */
  final LongAdder won = new LongAdder();

  final LongAdder lost = new LongAdder();
  final LongAdder denied = new LongAdder();

  Hedging(HedgeSettings settings) {
    this.settings = settings;
    this.credit = Math.round(settings.maxExtraPercent() / 100 * ONE);
  }

  boolean is(HedgeSettings other) {
    return settings.equals(other);
  }

  /**
   * Whether an attempt that reaches its time bound gets a second one beside it and is not stopped.
   */
  boolean onPerTryTimeout() {
    return settings.onPerTryTimeout();
  }

  /**
   * How long an attempt is waited for alone; {@link Long#MAX_VALUE}: no hedge is sent, also while
   * too little is known of the destination.
   */
  long afterNanos(Statistics statistics, long perTryNanos) {
    if (settings.onPerTryTimeout()) {
      return perTryNanos;
    }
    if (settings.after().isPresent()) {
      return settings.after().map(Duration::toNanos).get();
    }
    long percentile = statistics.percentileNanos(settings.afterPercentile());
    return percentile == 0 ? Long.MAX_VALUE : Math.max(MIN_NANOS, percentile);
  }

  /** A call begins. */
  void request() {
    long have = saved.get();
    while (have < MOST && !saved.compareAndSet(have, Math.min(MOST, have + credit))) {
      have = saved.get();
    }
  }

  /**
   * An attempt beside a slow one, at another endpoint, with a place of the pool of its own; null:
   * none is allowed, or there is nowhere to send it.
   */
  PolicyAttempt second(PolicyAttempt slow, Repetition repetition, Bulkhead pool) {
    if (!take()) {
      denied.increment();
      return null;
    }
    Bulkhead.Place place = pool.limited() ? pool.ask() : null;
    boolean full = pool.limited() && (place == null || !place.held());
    PolicyAttempt second = full ? null : repetition.beside(slow);
    if (second == null) {
      if (place != null) {
        place.leave();
      }
      refund();
      denied.increment();
      return null;
    }
    second.hold(place);
    return second;
  }

  /** One of two has answered. */
  void answered(boolean slow) {
    (slow ? lost : won).increment();
  }

  /** Takes what one costs. */
  private boolean take() {
    for (long have = saved.get(); have >= ONE; have = saved.get()) {
      if (saved.compareAndSet(have, have - ONE)) {
        return true;
      }
    }
    return false;
  }

  /** It was not sent after all. */
  private void refund() {
    saved.addAndGet(ONE);
  }
}
