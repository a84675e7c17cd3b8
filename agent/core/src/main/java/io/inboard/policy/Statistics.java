// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a destination sees: totals since the start of this JVM, a sliding window of ten seconds, and
 * how long the answers in it took; as Hystrix's dashboard showed it. Lock-free, and nothing is
 * allocated per call. Lives on through changes of settings. Safe for use by any thread.
 */
public final class Statistics {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int BUCKETS = 10;
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Event[] EVENTS = Event.values();

  private static final AtomicIntegerFieldUpdater<Statistics> IN_FLIGHT =
      AtomicIntegerFieldUpdater.newUpdater(Statistics.class, "inFlight");

  private final Clock clock;
  private final SlidingCounts window;
  private final LongAdder[] totals = new LongAdder[EVENTS.length];

  /** Calls that have begun and have not ended. */
  private volatile int inFlight;

  /** Taken, without waiting, by the thread that computes {@link #recent}. */
  private final AtomicInteger computing = new AtomicInteger();

  /** At most a second old while it is asked for; the old one is used while another is computed. */
  private volatile Recent recent;

  private record Recent(long atNanos, Latencies latencies) {}

  /** What is counted. */
  public enum Event {
    /** A call of the application. */
    CALL,
    /** An attempt that the endpoint answered well. */
    SUCCESS,
    /** An attempt that the endpoint failed; among them those that ran out of time. */
    FAILURE,
    /** An attempt after the first of its call. */
    RETRY,
    /** An attempt beside a slow one. */
    HEDGE,
    /** A call that ran out of time. */
    TIMEOUT,
    /** An attempt that ran out of time. */
    PER_TRY_TIMEOUT,
    /** Refused: the breaker is open. */
    SHORT_CIRCUITED,
    /** Refused: too many calls are under way or wait. */
    OVERFLOW,
    /** Refused: less is sent to who fails much. */
    THROTTLED,
    /** A retry that was not made, because the budget is spent. */
    RETRY_DENIED,
    /** A call that was delayed on purpose. */
    FAULT_DELAYED,
    /** A call that was aborted on purpose. */
    FAULT_ABORTED,
    /** A failure in whose place there was an older answer. */
    FALLBACK_LAST_GOOD,
    /** A failure after which the call went to another destination. */
    FALLBACK_DESTINATION,
    /** A failure in whose place there was a fixed answer. */
    FALLBACK_RESPONSE,
    /** The breaker opens. */
    BREAKER_OPENED,
    /** An attempt to an ejected endpoint, because too few others are left. */
    PANIC,
    /** An attempt within the zone of this JVM. */
    ZONE_LOCAL,
    /** An attempt to another zone. */
    ZONE_CROSS,
    /** An ejected endpoint came back by this attempt. */
    PROBE_SUCCESS,
    /** An ejected endpoint did not come back by this attempt. */
    PROBE_FAILURE
  }

  Statistics(Clock clock) {
    this.clock = clock;
    this.window =
        new SlidingCounts(WINDOW_NANOS, BUCKETS, EVENTS.length + Latencies.CELLS, clock.nanos());
    for (int i = 0; i < totals.length; i++) {
      totals[i] = new LongAdder();
    }
  }

  void count(Event event, long now) {
    totals[event.ordinal()].increment();
    window.add(event.ordinal(), now);
  }

  /** For callers that have not read the clock yet. */
  void count(Event event) {
    count(event, clock.nanos());
  }

  /** An attempt was answered, well or not; its head took so long. */
  void answered(boolean well, long latencyNanos, long now) {
    int event = (well ? Event.SUCCESS : Event.FAILURE).ordinal();
    totals[event].increment();
    window.add(event, EVENTS.length + Latencies.cell(latencyNanos), now);
  }

  /** A call begins; returns how many are under way with it. */
  int begun(long now) {
    count(Event.CALL, now);
    return IN_FLIGHT.incrementAndGet(this);
  }

  /** A call that has begun ends. */
  void ended() {
    IN_FLIGHT.decrementAndGet(this);
  }

  /** Calls under way, from the first decision to the end of the answer. */
  public int inFlight() {
    return inFlight;
  }

  /** Since the start of this JVM. */
  public long total(Event event) {
    return totals[event.ordinal()].sum();
  }

  /** In the last ten seconds. */
  public long inWindow(Event event) {
    return window.sum(event.ordinal(), clock.nanos());
  }

  /** How long the answers of the last ten seconds took, counted now. */
  public Latencies latencies() {
    return compute(clock.nanos());
  }

  /** See {@link #percentileNanos}. */
  public long p50Nanos() {
    return percentileNanos(50);
  }

  /**
   * What so many percent of the answers of the last ten seconds did not exceed. Cheap enough for
   * every call: up to a second old.
   *
   * @param percent 0 to 100
   * @return 0 when there were too few answers to say (2 for the median, 20 for the 95th)
   */
  public long percentileNanos(double percent) {
    Latencies latencies = recent(clock.nanos());
    return latencies.says(percent) ? latencies.percentileNanos(percent) : 0;
  }

  private Latencies recent(long now) {
    Recent r = recent;
    if (r != null && now - r.atNanos < FRESH_NANOS) {
      return r.latencies;
    }
    if (!computing.compareAndSet(0, 1)) {
      return r == null ? compute(now) : r.latencies;
    }
    try {
      Latencies fresh = compute(now);
      recent = new Recent(now, fresh);
      return fresh;
    } finally {
      computing.set(0);
    }
  }

  private Latencies compute(long now) {
    int[] counts = new int[Latencies.CELLS];
    window.sums(EVENTS.length, counts, now);
    return new Latencies(counts);
  }
}
