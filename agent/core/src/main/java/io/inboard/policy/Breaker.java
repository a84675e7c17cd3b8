// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.policy.Statistics.Event;
import io.inboard.settings.DestinationSettings.BreakerSettings;
import io.inboard.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The circuit breaker of one destination; RATIONALE.md, Breaker. Closed, it counts what came of
 * attempts in a sliding window, and opens when there were enough and too many failed. Open, it lets
 * nothing through until its time is over; it is half-open from that moment on, with or without
 * calls. Half-open, it lets one probe through at a time, under a lease, so that a probe whose end
 * is never reported does not wedge it.
 *
 * <p>Only answers and failures of the destination are recorded; what was neither gives its permit
 * back. What the mesh refuses by itself never gets here. Lock-free; lives on through changes of
 * settings.
 */
public final class Breaker {
  private static final int PROBES_TO_CLOSE = 3;
  private static final int BUCKETS = 10;
  private static final int SUCCESSES = 0;
  private static final int FAILURES = 1;
  private static final long MAX_OPEN_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long MIN_LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double JITTER = 1.2;

  /** The permit of a closed breaker, shared by all calls. */
  private static final Lease FREE = new Lease(0);

  private final Statistics statistics;
  private final Clock clock;
  private final Chance chance;

  /** Replaced as a whole by {@link #change}, which one thread at a time calls. */
  private volatile Rules rules;

  /** States are exchanged by compare-and-set. */
  private final AtomicReference<State> state;

  /** The state as status and metrics show it. */
  public enum Phase {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  private record Rules(BreakerSettings settings, long leaseNanos) {}

  private sealed interface State {}

  /**
   * @param window of {@link #SUCCESSES} and {@link #FAILURES}; starts empty each time it closes
   */
  private record Closed(SlidingCounts window) implements State {}

  /**
   * @param opened how often in a row it opened before
   */
  private record Open(long untilNanos, int opened) implements State {}

  /**
   * @param probe the one under way; null if there is none
   */
  private record HalfOpen(int opened, int successes, Lease probe) implements State {}

  Breaker(
      BreakerSettings settings,
      long perTryNanos,
      Statistics statistics,
      Clock clock,
      Chance chance) {
    this.statistics = statistics;
    this.clock = clock;
    this.chance = chance;
    this.rules = rules(settings, perTryNanos);
    this.state = new AtomicReference<>(closed());
  }

  private static Rules rules(BreakerSettings settings, long perTryNanos) {
    boolean bounded = perTryNanos != Long.MAX_VALUE;
    return new Rules(settings, bounded ? Math.max(perTryNanos, MIN_LEASE_NANOS) : MIN_LEASE_NANOS);
  }

  /**
   * Continues with other settings. An open breaker stays open until the time that was set; a closed
   * one keeps its counts, unless they are of a window of another length.
   */
  void change(BreakerSettings settings, long perTryNanos) {
    Rules before = rules;
    rules = rules(settings, perTryNanos);
    State s = state.get();
    if (s instanceof Closed && !before.settings.window().equals(settings.window())) {
      state.compareAndSet(s, closed());
    }
  }

  /** The phase at this moment; needs no call to change. */
  public Phase phase() {
    State s = state.get();
    if (s instanceof Open open) {
      return clock.nanos() - open.untilNanos < 0 ? Phase.OPEN : Phase.HALF_OPEN;
    }
    return s instanceof HalfOpen ? Phase.HALF_OPEN : Phase.CLOSED;
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
        next = new HalfOpen(open.opened, 0, new Lease(now + rules.leaseNanos));
      } else {
        HalfOpen half = (HalfOpen) s;
        if (half.probe != null && !half.probe.expired(now)) {
          return null;
        }
        next = new HalfOpen(half.opened, half.successes, new Lease(now + rules.leaseNanos));
      }
      if (state.compareAndSet(s, next)) {
        return next.probe;
      }
    }
  }

  /** What came of the attempt that got the permit; now, by the clock. */
  void record(Lease permit, Outcome.Effect effect, long now) {
    State s = state.get();
    if (permit == FREE) {
      if (s instanceof Closed closed) {
        count(closed, effect, now);
      }
      return; // Sent before it opened: it says nothing about the present.
    }
    if (s instanceof HalfOpen half && half.probe == permit) {
      // Only the holder of the probe gets here, and only an expired lease lets another one in, so
      // that a lost exchange means that this answer came too late.
      exchange(s, probed(half, effect));
    }
  }

  private void count(Closed closed, Outcome.Effect effect, long now) {
    if (effect == Outcome.Effect.NEUTRAL) {
      return;
    }
    if (effect == Outcome.Effect.SUCCESS) {
      closed.window.add(SUCCESSES, now);
      return;
    }
    closed.window.add(FAILURES, now);
    BreakerSettings settings = rules.settings;
    long failures = closed.window.sum(FAILURES, now);
    long all = failures + closed.window.sum(SUCCESSES, now);
    if (all >= settings.requestVolume() && failures * 100 >= all * settings.failurePercent()) {
      exchange(closed, open(0));
    }
  }

  private State probed(HalfOpen half, Outcome.Effect effect) {
    return switch (effect) {
      case NEUTRAL -> new HalfOpen(half.opened, half.successes, null);
      case FAILURE -> open(half.opened + 1);
      case SUCCESS ->
          half.successes + 1 < PROBES_TO_CLOSE
              ? new HalfOpen(half.opened, half.successes + 1, null)
              : closed();
    };
  }

  private void exchange(State from, State to) {
    if (state.compareAndSet(from, to) && to instanceof Open) {
      statistics.count(Event.BREAKER_OPENED);
    }
  }

  private Closed closed() {
    return new Closed(
        new SlidingCounts(rules.settings.window().toNanos(), BUCKETS, 2, clock.nanos()));
  }

  private Open open(int opened) {
    long openFor = rules.settings.openFor().toNanos();
    double grown = openFor * Math.pow(2, Math.min(opened, 30));
    // A configured time that is longer than the cap is its own cap.
    double cap = Math.max(MAX_OPEN_NANOS, openFor);
    return new Open(
        clock.nanos() + (long) (Math.min(cap, grown) * chance.between(1, JITTER)), opened);
  }
}
