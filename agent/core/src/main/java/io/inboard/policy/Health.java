// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether an endpoint may be used. Written by {@link Ejection}, under its lock unless said
 * otherwise; read by every call without a lock.
 */
final class Health {
  /** What {@link #admit} gives for a healthy endpoint: no lease is needed. */
  static final Lease NO_LEASE = new Lease(0);

  /** In a row, since the last success. Without lock: a lost race costs one request more. */
  final AtomicInteger answeredErrors = new AtomicInteger();

  /** In a row, since the last word of the endpoint. Without lock, as above. */
  final AtomicInteger localFailures = new AtomicInteger();

  /** How often it was taken out, by reason. */
  private final AtomicLongArray ejections = new AtomicLongArray(EjectionReason.values().length);

  /** Null: healthy. */
  private volatile Ejected ejected;

  /** The probe under way; null if there is none. Changed by compare-and-set. */
  private final AtomicReference<Lease> probe = new AtomicReference<>();

  /** Ejections that still count (the k of {@code base·k}); guarded by the ejection's lock. */
  private int multiplier;

  /** Since when it is healthy again; guarded by the ejection's lock. */
  private long healthySinceNanos;

  /** Until when an endpoint is out. */
  record Ejected(long untilNanos) {}

  long ejections(EjectionReason reason) {
    return ejections.get(reason.ordinal());
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
    return e == null || (now - e.untilNanos >= 0 && free(probe.get(), now));
  }

  /**
   * Asks to send one request.
   *
   * @return {@link #NO_LEASE} when healthy; a lease when this request is the probe; null when it
   *     may not be sent
   */
  Lease admit(long now, long leaseNanos) {
    Ejected e = ejected;
    if (e == null) {
      return NO_LEASE;
    }
    Lease current = probe.get();
    if (now - e.untilNanos < 0 || !free(current, now)) {
      return null;
    }
    Lease lease = new Lease(now + leaseNanos);
    return probe.compareAndSet(current, lease) ? lease : null;
  }

  /** Gives a lease back; false when it had expired and is another's now. Any thread. */
  boolean release(Lease lease) {
    return probe.compareAndSet(lease, null);
  }

  /** The number of ejections that count at this moment: each healthy sweep forgives one. */
  int multiplier(long now, long sweepNanos) {
    long sweeps = (now - healthySinceNanos) / sweepNanos;
    return (int) Math.max(0, multiplier - sweeps);
  }

  void eject(EjectionReason reason, int newMultiplier, long untilNanos) {
    multiplier = newMultiplier;
    clearFailures();
    ejected = new Ejected(untilNanos);
    ejections.incrementAndGet(reason.ordinal());
  }

  void restore(long now) {
    healthySinceNanos = now;
    clearFailures();
    ejected = null;
    probe.set(null);
  }

  int multiplier() {
    return multiplier;
  }

  /** Any thread. */
  void clearFailures() {
    // Read before write: on the good path nothing is written, so no cache line moves.
    if (answeredErrors.get() != 0) {
      answeredErrors.set(0);
    }
    if (localFailures.get() != 0) {
      localFailures.set(0);
    }
  }

  private static boolean free(Lease lease, long now) {
    return lease == null || lease.expired(now);
  }
}
