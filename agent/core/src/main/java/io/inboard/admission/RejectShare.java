// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps refusals under a fraction of the requests of the last ten seconds, so that a mistake about
 * time (a caller with a wrong unit, say) costs a part of the traffic and not all of it. Finagle's
 * deadline filter has the same bound. Safe for use by any thread; takes no lock; threads that
 * decide at the same moment may go over it by as many as they are.
 */
final class RejectShare {
  private static final int SECONDS = 10;
  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Clock clock;
  private final long origin;
  private final AtomicReferenceArray<Slot> slots = new AtomicReferenceArray<>(SECONDS);

  RejectShare(Clock clock) {
    this.clock = clock;
    this.origin = clock.nanos();
  }

  /** A request has come, whatever becomes of it. */
  void request() {
    slot().requests.increment();
  }

  /** Whether one more request of those that have come may be refused; if so it counts. */
  boolean refuse(double fraction) {
    long requests = 0;
    long refused = 1;
    Slot now = slot();
    for (int i = 0; i < SECONDS; i++) {
      Slot slot = slots.get(i);
      if (slot != null && now.second - slot.second < SECONDS) {
        requests += slot.requests.sum();
        refused += slot.refused.sum();
      }
    }
    if (refused > fraction * requests) {
      return false;
    }
    now.refused.increment();
    return true;
  }

  private Slot slot() {
    long second = (clock.nanos() - origin) / NANOS;
    int index = (int) (second % SECONDS);
    while (true) {
      Slot known = slots.get(index);
      if (known != null && known.second >= second) {
        return known;
      }
      Slot fresh = new Slot(second);
      if (slots.compareAndSet(index, known, fresh)) {
        return fresh;
      }
    }
  }

  private static final class Slot {
    final long second;
    final LongAdder requests = new LongAdder();
    final LongAdder refused = new LongAdder();

    Slot(long second) {
      this.second = second;
    }
  }
}
