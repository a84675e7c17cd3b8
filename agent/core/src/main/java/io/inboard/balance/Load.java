// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * The load of one endpoint as this JVM sees it: requests in flight, latency, the age of the oldest
 * request that waits for an answer. Any thread; lock-free; nothing is allocated per request. Times
 * are monotonic nanoseconds of one clock, compared by difference.
 *
 * <p>The latency is Finagle's peak-EWMA: it jumps up with a slow answer, comes down with τ = 10 s,
 * and fades while nothing is heard, so that an endpoint that was slow is tried again. Two things
 * are added (RATIONALE.md, Balancing): a failure counts as a slow answer, or an endpoint that fails
 * fast would look like the best of all; and a request that waits longer than the average counts
 * with its age, or one that hangs would be found out by its timeout only.
 *
 * <p>Everything that a pick or a request reads is a field of this object: with thousands of
 * endpoints each further object is a cache miss. For the same reason what else is known of an
 * endpoint may be added by a subclass. Threads that write the fields of one endpoint share its
 * lines of the cache; padding them apart would make a pick wait for more lines, and what all of
 * them write ({@link #begin}) would still be one word.
 */
public class Load {
  /** What a failure counts as, at least. Linkerd has 5 s; with 1 s a healed one is back sooner. */
  public static final long PENALTY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The most that a server's Retry-After counts as. */
  public static final long MAX_PENALTY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What {@link #start} gives when all slots are taken. */
  private static final int NO_SLOT = -1;

  /**
   * Requests whose start is remembered. Of more in flight some are not; when an endpoint stalls all
   * of them do, and those remembered stand for the rest.
   */
  private static final int SLOTS = 8;

  /** A tick is 2^20 ns, about a millisecond: 32 bits of it come round after 52 days. */
  private static final int TICK_BITS = 20;

  private static final double TAU_TICKS = 10e9 / (1L << TICK_BITS);

  /**
   * Latencies below this count as equal: the difference is noise and no reason to prefer an
   * endpoint.
   */
  private static final double LEAST_NANOS = 100_000;

  /**
   * Answers before an idle endpoint is judged by its latency: the first ones of a JVM, or to one,
   * are many times slower than those that follow.
   */
  private static final int FIRST_ANSWERS = 4;

  /** How long a failure is remembered: six τ, after which nothing of its penalty is left. */
  private static final long FAILURE_MEMORY_TICKS = (long) (6 * TAU_TICKS);

  /** The cost of an endpoint that has requests and has never answered. */
  private static final double UNKNOWN = 1e18;

  private static final AtomicIntegerFieldUpdater<Load> IN_FLIGHT =
      AtomicIntegerFieldUpdater.newUpdater(Load.class, "inFlight");

  private static final AtomicLongFieldUpdater<Load> AVERAGE =
      AtomicLongFieldUpdater.newUpdater(Load.class, "average");

  private static final AtomicLongFieldUpdater<Load> FIRST =
      AtomicLongFieldUpdater.newUpdater(Load.class, "first");

  private static final AtomicReferenceFieldUpdater<Load, AtomicLongArray> MORE =
      AtomicReferenceFieldUpdater.newUpdater(Load.class, AtomicLongArray.class, "more");

  private volatile int inFlight;

  /**
   * The average as float bits, and the tick of its last change: one word, so that a compare-and-set
   * changes both. 0: nothing is known.
   */
  private volatile long average;

  /**
   * When a remembered request began, made odd; 0: a free slot. With many endpoints the only one.
   */
  private volatile long first;

  /** As {@link #first}, for the other slots; null until there were two requests at a time. */
  private volatile AtomicLongArray more;

  /** The last two good answers in nanoseconds as floats, the latest one below. Last writer wins. */
  private volatile long lastTwo;

  /**
   * Good answers since the beginning, up to {@link #FIRST_ANSWERS}. Threads that meet may lose one.
   */
  private volatile int answers;

  /** When the last request was sent, made odd; 0: never. Last writer wins. */
  private volatile long lastSent;

  /** When the last failure was, made odd; 0: never, or long ago. Last writer wins. */
  private volatile long lastFailed;

  /** 0: not held. Last writer wins. */
  private volatile long heldUntil;

  /** When the endpoint appeared, made odd; 0: it was there from the beginning. */
  private volatile long bornNanos;

  /** In flight to all endpoints of the destination. */
  private final LongAdder siblings;

  /** Of an endpoint without siblings. */
  public Load() {
    this(new LongAdder());
  }

  /**
   * @param siblings counts what is in flight to all endpoints of a destination; shared by them
   */
  public Load(LongAdder siblings) {
    this.siblings = siblings;
  }

  /** Requests under way, from the decision to the end of the body; 0 or more. */
  public int inFlight() {
    return inFlight;
  }

  /** In flight to the endpoint and its siblings. */
  long inFlightOfAll() {
    return siblings.sum();
  }

  /** A request is bound for the endpoint. */
  public void begin() {
    IN_FLIGHT.incrementAndGet(this);
    siblings.increment();
  }

  /** A request is over. */
  public void end() {
    IN_FLIGHT.decrementAndGet(this);
    siblings.decrement();
  }

  /**
   * A request was sent, and its answer is waited for.
   *
   * @return for {@link #stop}, exactly once
   */
  public int start(long now) {
    lastSent = now | 1;
    if (first == 0 && FIRST.compareAndSet(this, 0, now | 1)) {
      return 0;
    }
    AtomicLongArray others = more();
    for (int i = 0; i < others.length(); i++) {
      if (others.get(i) == 0 && others.compareAndSet(i, 0, now | 1)) {
        return i + 1;
      }
    }
    return NO_SLOT;
  }

  private AtomicLongArray more() {
    if (more == null) {
      MORE.compareAndSet(this, null, new AtomicLongArray(SLOTS - 1));
    }
    return more;
  }

  /** The answer has come, or will not come any more. */
  public void stop(int slot) {
    if (slot == 0) {
      first = 0;
    } else if (slot != NO_SLOT) {
      more.set(slot - 1, 0);
    }
  }

  /** A good answer after so many nanoseconds, 0 or more. */
  public void answered(long rtt, long now) {
    record(rtt, now, false);
    // Only idle endpoints are judged by it: one that is busy does not pay for the write.
    if (inFlight <= 1) {
      lastTwo = lastTwo << 32 | Float.floatToRawIntBits(Math.max(1, rtt));
      int before = answers;
      if (before < FIRST_ANSWERS) {
        answers = before + 1;
      }
    }
  }

  /**
   * A good answer that is a stream: its head comes when the server has something to say, which
   * tells nothing of latency. Only counts as a sign that the endpoint answers.
   */
  public void answeredStream(long now) {
    // Without any sample the endpoint would look like one that has never answered.
    if (average == 0) {
      AVERAGE.compareAndSet(this, 0, pack(TimeUnit.MILLISECONDS.toNanos(1), tick(now)));
    }
  }

  /**
   * A failure after so many nanoseconds.
   *
   * @param retryAfter what the server asked for, in nanoseconds; 0: nothing
   */
  public void failed(long rtt, long retryAfter, long now) {
    long penalty = Math.min(Math.max(PENALTY_NANOS, retryAfter), MAX_PENALTY_NANOS);
    record(Math.max(rtt, penalty), now, true);
    lastFailed = now | 1;
  }

  /** The endpoint asked to be left alone until then; it costs as much as one that fails. */
  public void hold(long untilNanos) {
    heldUntil = untilNanos | 1;
  }

  /** The endpoint is new, or was started again: its share grows from now on ({@link WarmUp}). */
  public void born(long now) {
    bornNanos = now | 1;
  }

  /** Since when it is there, in nanoseconds; {@link Long#MAX_VALUE}: from the beginning. */
  long sinceBorn(long now) {
    long born = bornNanos;
    return born == 0 ? Long.MAX_VALUE : now - born;
  }

  /**
   * Whether it appeared less than this time ago, and therefore does not have its whole share yet.
   */
  public boolean warming(long windowNanos, long now) {
    return sinceBorn(now) < windowNanos;
  }

  /** The average in nanoseconds, faded since the last answer; 0: nothing is known. */
  public double latencyNanos(long now) {
    long packed = average;
    return packed == 0 ? 0 : value(packed) * fading(packed, tick(now));
  }

  /**
   * What one more request costs here; compare with that of siblings.
   *
   * @param share the endpoint's weight, relative to the mean of its siblings
   */
  public double cost(long now, double share) {
    int n = inFlight;
    double latency = latencyNanos(now);
    long held = heldUntil;
    if (held != 0 && held - now > 0) {
      latency = Math.max(latency, PENALTY_NANOS);
    }
    if (latency == 0) {
      return n == 0 ? 0 : UNKNOWN * (n / share + 1);
    }
    if (n > 0) {
      latency = Math.max(latency, oldestNanos(now));
    }
    // With the mean weight this is latency·(n+1). The 1 is no share of the weight: the heaviest
    // would take everything as long as little is in flight.
    return latency * (n / share + 1);
  }

  /**
   * The latency by which an idle endpoint is compared with another idle one, in nanoseconds: the
   * average, but the quicker of the last two answers where that is less. One slow answer among
   * quick ones is a pause of a JVM somewhere, and no reason to leave an endpoint alone until the
   * average has come down.
   *
   * @return 0 as long as too little is known; negative when the endpoint or a sibling is busy, it
   *     asked to be left alone, or it has failed of late: then {@link #cost} decides. (Of siblings,
   *     too: with several requests at a time the memory of a pause is worth more than even shares;
   *     scenario L6 of the simulation is lost without this.)
   */
  double idleNanos(long now) {
    // The field first: under load it says enough, and the sum costs several reads.
    if (inFlight != 0 || siblings.sum() != 0) {
      return -1;
    }
    long held = heldUntil;
    long failed = lastFailed;
    if ((held != 0 && held - now > 0)
        || (failed != 0 && now - failed >> TICK_BITS < FAILURE_MEMORY_TICKS)) {
      return -1;
    }
    if (answers < FIRST_ANSWERS) {
      return 0;
    }
    long two = lastTwo;
    float latest = Float.intBitsToFloat((int) two);
    float before = Float.intBitsToFloat((int) (two >>> 32));
    return Math.min(latencyNanos(now), Math.min(latest, before));
  }

  /** Whether its last request was sent before the other's; false if they cannot be told apart. */
  boolean restedLonger(Load other) {
    long mine = lastSent;
    long others = other.lastSent;
    if (mine == 0 || others == 0) {
      return mine == 0 && others != 0;
    }
    return mine - others < 0;
  }

  /** Age of the oldest request that is remembered; 0: none waits. */
  private long oldestNanos(long now) {
    long start = first;
    long oldest = start == 0 ? 0 : Math.max(0, now - start);
    AtomicLongArray others = more;
    int left = others == null ? 0 : inFlight - (start == 0 ? 0 : 1);
    for (int i = 0; left > 0 && i < others.length(); i++) {
      start = others.get(i);
      if (start != 0) {
        oldest = Math.max(oldest, now - start);
        left--;
      }
    }
    return oldest;
  }

  /**
   * Moves the average. When threads race, a good answer may be dropped, since another one was
   * recorded; a failure is tried again, since it may be the only one.
   */
  private void record(long rtt, long now, boolean must) {
    int tick = tick(now);
    double sample = Math.max(LEAST_NANOS, rtt);
    while (true) {
      long old = average;
      double next = sample;
      if (old != 0) {
        if (sample <= value(old) && tick == (int) old) {
          return; // Moves nothing within the same tick: a busy endpoint's word is not written.
        }
        double keep = fading(old, tick);
        double faded = value(old) * keep;
        if (sample < faded) {
          next = faded + sample * (1 - keep);
        }
      }
      if (AVERAGE.compareAndSet(this, old, pack(next, tick)) || !must) {
        return;
      }
    }
  }

  private static double fading(long packed, int tick) {
    int passed = tick - (int) packed;
    return passed <= 0 ? 1 : Math.exp(-passed / TAU_TICKS);
  }

  private static int tick(long now) {
    return (int) (now >> TICK_BITS);
  }

  private static float value(long packed) {
    return Float.intBitsToFloat((int) (packed >>> 32));
  }

  private static long pack(double value, int tick) {
    return (long) Float.floatToRawIntBits((float) value) << 32 | (tick & 0xffff_ffffL);
  }
}
