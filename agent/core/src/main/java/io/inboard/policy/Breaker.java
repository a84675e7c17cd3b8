// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import dev.failsafe.CircuitBreaker;
import io.inboard.balance.Chance;
import io.inboard.settings.DestinationSettings.BreakerSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The circuit breaker of one destination; resilience.md 2.2 and row 16. Closed: Failsafe's breaker
 * counts in its window and says when the rate is reached. Open and half-open are ours, because
 * Failsafe's permits are not leased (a probe whose end is never reported wedges it), its state
 * moves only when somebody calls, and its open time neither grows nor jitters.
 *
 * <p>Only answers and failures of the destination are recorded; what was neither gives its permit
 * back. Lock-free but for Failsafe's counter, which a destination without a breaker does not have.
 */
public final class Breaker {
  private static final int PROBES_TO_CLOSE = 3;
  private static final long MAX_OPEN_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long MIN_LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double JITTER = 1.2;

  /** What a closed breaker gives to everybody. */
  private static final Lease FREE = new Lease(0);

  private final BreakerSettings settings;
  private final long leaseNanos;
  private final Clock clock;
  private final Chance chance;

  /** Guards itself; used in the closed phase only. */
  private final CircuitBreaker<Object> window;

  /** Immutable states, exchanged by compare-and-set. */
  private final AtomicReference<State> state = new AtomicReference<>(new Closed());

  /** What people see. */
  public enum Phase {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  private sealed interface State {}

  private record Closed() implements State {}

  /**
   * @param opened how often in a row it opened before
   */
  private record Open(long untilNanos, int opened) implements State {}

  /**
   * @param probe the one under way; null if there is none
   */
  private record HalfOpen(int opened, int successes, Lease probe) implements State {}

  Breaker(BreakerSettings settings, long perTryNanos, Clock clock, Chance chance) {
    this.settings = settings;
    this.leaseNanos =
        perTryNanos == Long.MAX_VALUE ? MIN_LEASE_NANOS : Math.max(perTryNanos, MIN_LEASE_NANOS);
    this.clock = clock;
    this.chance = chance;
    this.window =
        CircuitBreaker.builder()
            .withFailureRateThreshold(
                settings.failurePercent(), settings.requestVolume(), settings.window())
            .build();
  }

  /** The phase at this moment, also when nobody calls. */
  public Phase phase() {
    State s = state.get();
    if (s instanceof Open open) {
      return clock.nanos() - open.untilNanos < 0 ? Phase.OPEN : Phase.HALF_OPEN;
    }
    return s instanceof HalfOpen ? Phase.HALF_OPEN : Phase.CLOSED;
  }

  boolean is(BreakerSettings other) {
    return settings.equals(other);
  }

  /** Asks to send one attempt; null when it may not be sent. */
  Lease acquire() {
    while (true) {
      State s = state.get();
      if (s instanceof Closed) {
        return FREE;
      }
      long now = clock.nanos();
      HalfOpen next;
      if (s instanceof Open open) {
        if (now - open.untilNanos < 0) {
          return null;
        }
        next = new HalfOpen(open.opened, 0, new Lease(now + leaseNanos));
      } else {
        HalfOpen half = (HalfOpen) s;
        if (half.probe != null && !half.probe.expired(now)) {
          return null;
        }
        next = new HalfOpen(half.opened, half.successes, new Lease(now + leaseNanos));
      }
      if (state.compareAndSet(s, next)) {
        return next.probe;
      }
    }
  }

  /** What came of the attempt that got the permit. */
  void record(Lease permit, Outcome.Effect effect) {
    State s = state.get();
    if (permit == FREE) {
      if (s instanceof Closed) {
        count(s, effect);
      }
      return; // Sent before it opened: it says nothing of now.
    }
    if (s instanceof HalfOpen half && half.probe == permit) {
      // Only the holder of the probe gets here, and only an expired lease lets another one in, so
      // that a lost exchange means that this answer came too late.
      state.compareAndSet(s, probed(half, effect));
    }
  }

  private void count(State closed, Outcome.Effect effect) {
    switch (effect) {
      case SUCCESS -> window.recordSuccess();
      case FAILURE -> window.recordFailure();
      case NEUTRAL -> {
        return;
      }
    }
    if (window.isOpen()) {
      state.compareAndSet(closed, open(0));
    }
  }

  private State probed(HalfOpen half, Outcome.Effect effect) {
    return switch (effect) {
      case NEUTRAL -> new HalfOpen(half.opened, half.successes, null);
      case FAILURE -> open(half.opened + 1);
      case SUCCESS -> {
        if (half.successes + 1 < PROBES_TO_CLOSE) {
          yield new HalfOpen(half.opened, half.successes + 1, null);
        }
        window.close(); // Starts with an empty window.
        yield new Closed();
      }
    };
  }

  private Open open(int opened) {
    double grown = settings.openFor().toNanos() * Math.pow(2, Math.min(opened, 30));
    // Somebody who wants it open for longer than the cap gets that.
    double cap = Math.max(MAX_OPEN_NANOS, settings.openFor().toNanos());
    return new Open(
        clock.nanos() + (long) (Math.min(cap, grown) * chance.between(1, JITTER)), opened);
  }
}
