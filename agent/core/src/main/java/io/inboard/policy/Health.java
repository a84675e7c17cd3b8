// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Load;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.atomic.LongAdder;

/**
 * What this JVM knows of one endpoint, in one object: its load, whether it may be used, and what it
 * did since the start. Written by {@link OutlierDetector}, under its lock unless said otherwise;
 * read by every call without a lock.
 */
final class Health extends Load {
  /** What {@link #admit} gives for a healthy endpoint: no lease is needed. */
  static final Lease NO_LEASE = new Lease(0);

  private static final AtomicIntegerFieldUpdater<Health> ANSWERED =
      AtomicIntegerFieldUpdater.newUpdater(Health.class, "answeredErrors");
  private static final AtomicIntegerFieldUpdater<Health> GATEWAY =
      AtomicIntegerFieldUpdater.newUpdater(Health.class, "gatewayErrors");
  private static final AtomicIntegerFieldUpdater<Health> LOCAL =
      AtomicIntegerFieldUpdater.newUpdater(Health.class, "localFailures");
  private static final AtomicLongFieldUpdater<Health> INTERVAL =
      AtomicLongFieldUpdater.newUpdater(Health.class, "interval");

  private static final AtomicLongFieldUpdater<Health> REQUESTS =
      AtomicLongFieldUpdater.newUpdater(Health.class, "requests");
  private static final AtomicLongFieldUpdater<Health> FAILED =
      AtomicLongFieldUpdater.newUpdater(Health.class, "failedRequests");
  private static final AtomicReferenceFieldUpdater<Health, Lease[]> PROBES =
      AtomicReferenceFieldUpdater.newUpdater(Health.class, Lease[].class, "probes");

  private static final Lease[] NONE = {};
  private static final long ONE_SUCCESS = 1L << 32;

  /** In a row, since the last good answer. Without lock: a lost race costs one request more. */
  private volatile int answeredErrors;

  /** In a row, as above, of 502, 503 and 504. */
  private volatile int gatewayErrors;

  /** In a row, since its last answer. Without lock, as above. */
  private volatile int localFailures;

  /** Attempts since the last sweep: successes in the upper half, failures in the lower. */
  private volatile long interval;

  /** Attempts that were sent to it. Any thread. */
  private volatile long requests;

  /** Attempts that it failed. Any thread. */
  private volatile long failedRequests;

  /** How often it was taken out, by reason; null: never. Made, and written, under the lock. */
  private volatile AtomicLongArray ejections;

  /** Null: healthy. */
  private volatile Ejected ejected;

  /** Probes under way. The array is not changed, but exchanged by compare-and-set. */
  private volatile Lease[] probes = NONE;

  /** The detector that decides about it; set before the endpoint is first chosen, then constant. */
  private volatile OutlierDetector ejection;

  /** Whether it is an endpoint of the present settings; guarded by the ejection's lock. */
  private boolean listed;

  /** Ejections that still count (the k of {@code base·k}); guarded by the ejection's lock. */
  private int multiplier;

  /** Since when it is healthy again; guarded by the ejection's lock. */
  private long healthySinceNanos;

  /**
   * Until when an endpoint is out.
   *
   * @param earlyNanos from when on it may be tried before its time, if those that are left fail
   */
  record Ejected(long untilNanos, long earlyNanos) {
    boolean probes(long now, OutlierDetector ejection) {
      return now - untilNanos >= 0 || (now - earlyNanos >= 0 && ejection.restFails(now));
    }
  }

  /**
   * Of an endpoint that nothing is known of.
   *
   * @param siblings counts what is in flight to all endpoints of the destination
   */
  Health(LongAdder siblings) {
    super(siblings);
  }

  /** An attempt was sent to it. Any thread. */
  void countRequest() {
    REQUESTS.getAndIncrement(this);
  }

  long requests() {
    return requests;
  }

  /** It failed an attempt. Any thread. */
  void countFailure() {
    FAILED.getAndIncrement(this);
  }

  long failedRequests() {
    return failedRequests;
  }

  /** How often it was taken out for that reason. */
  long ejections(EjectionReason reason) {
    AtomicLongArray known = ejections;
    return known == null ? 0 : known.get(reason.ordinal());
  }

  boolean ejected() {
    return ejected != null;
  }

  /** How long it is still out; 0 when it is healthy, or waits for a probe. */
  long remainingNanos(long now) {
    Ejected e = ejected;
    return e == null ? 0 : Math.max(0, e.untilNanos - now);
  }

  /** Whether {@link #admit} would very likely admit. */
  boolean usable(long now) {
    Ejected e = ejected;
    return e == null || (e.probes(now, ejection) && room(now)) || ejection.panic(now);
  }

  /**
   * Asks to send one request.
   *
   * @return {@link #NO_LEASE} when healthy, or when ejections are ignored; a lease when this
   *     request is a probe; null when it may not be sent
   */
  Lease admit(long now, long leaseNanos) {
    Ejected e = ejected;
    if (e == null) {
      return NO_LEASE;
    }
    if (e.probes(now, ejection)) {
      Lease probe = probe(now, leaseNanos);
      if (probe != null) {
        return probe;
      }
    }
    if (ejection.panic(now)) {
      ejection.panicked();
      return NO_LEASE;
    }
    return null;
  }

  /** Null when there are enough of them. */
  private Lease probe(long now, long leaseNanos) {
    while (true) {
      Lease[] before = probes;
      Lease[] after = Arrays.copyOf(before, before.length + 1);
      int alive = 0;
      for (Lease lease : before) {
        if (!lease.expired(now)) {
          after[alive++] = lease;
        }
      }
      if (alive >= ejection.probes()) {
        return null;
      }
      Lease fresh = new Lease(now + leaseNanos);
      after[alive++] = fresh;
      if (PROBES.compareAndSet(this, before, Arrays.copyOf(after, alive))) {
        return fresh;
      }
    }
  }

  private boolean room(long now) {
    int alive = 0;
    for (Lease lease : probes) {
      if (!lease.expired(now)) {
        alive++;
      }
    }
    return alive < ejection.probes();
  }

  /** Gives a lease back; false when it had expired and is another's now. Any thread. */
  boolean release(Lease lease) {
    while (true) {
      Lease[] before = probes;
      int at = Arrays.asList(before).indexOf(lease);
      if (at < 0) {
        return false;
      }
      Lease[] after = Arrays.copyOf(before, before.length - 1);
      System.arraycopy(before, at + 1, after, at, after.length - at);
      if (PROBES.compareAndSet(this, before, after)) {
        return true;
      }
    }
  }

  /** One attempt more since the last sweep. Any thread. */
  void counted(boolean success) {
    INTERVAL.getAndAdd(this, success ? ONE_SUCCESS : 1);
  }

  /**
   * The attempts since the last sweep, for {@link #successes} and {@link #failures}. Any thread.
   */
  long sweep() {
    return interval == 0 ? 0 : INTERVAL.getAndSet(this, 0);
  }

  static int successes(long swept) {
    return (int) (swept >>> 32);
  }

  static int failures(long swept) {
    return (int) swept;
  }

  /** The number of ejections that count at this moment: each healthy sweep forgives one. */
  int multiplier(long now, long sweepNanos) {
    if (multiplier == 0) {
      return 0; // Never ejected: there is no time since when it is healthy again.
    }
    long sweeps = (now - healthySinceNanos) / sweepNanos;
    return (int) Math.max(0, multiplier - sweeps);
  }

  int multiplier() {
    return multiplier;
  }

  boolean listed() {
    return listed;
  }

  void list(OutlierDetector by) {
    ejection = by;
    listed = true;
  }

  void unlist() {
    listed = false;
  }

  void eject(EjectionReason reason, int newMultiplier, long untilNanos, long earlyNanos) {
    multiplier = newMultiplier;
    clearFailures();
    probes = NONE; // Those under way were sent before.
    ejected = new Ejected(untilNanos, earlyNanos);
    if (ejections == null) {
      ejections = new AtomicLongArray(EjectionReason.values().length);
    }
    ejections.incrementAndGet(reason.ordinal());
  }

  /** It was tried before its time, and failed: it stays out as long as before. */
  void notYet(long earlyNanos) {
    ejected = new Ejected(ejected.untilNanos, earlyNanos);
  }

  void restore(long now) {
    healthySinceNanos = now;
    clearFailures();
    interval = 0;
    ejected = null;
    probes = NONE;
  }

  /** Any thread. */
  void clearFailures() {
    // Read before write: on the good path nothing is written, so no cache line moves.
    if (answeredErrors != 0) {
      answeredErrors = 0;
    }
    clearGatewayErrors();
    clearLocalFailures();
  }

  /** Any thread. */
  void clearGatewayErrors() {
    if (gatewayErrors != 0) {
      gatewayErrors = 0;
    }
  }

  /** Any thread. */
  void clearLocalFailures() {
    if (localFailures != 0) {
      localFailures = 0;
    }
  }

  /** One more in a row; how many that makes. Any thread. */
  int answeredError() {
    return ANSWERED.incrementAndGet(this);
  }

  /** As {@link #answeredError}. */
  int gatewayError() {
    return GATEWAY.incrementAndGet(this);
  }

  /** As {@link #answeredError}. */
  int localFailure() {
    return LOCAL.incrementAndGet(this);
  }
}
