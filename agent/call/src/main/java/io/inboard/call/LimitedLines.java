// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Lets one line of a kind pass in a while, and counts the others. Any thread. */
final class LimitedLines {
  private static final String OTHERS = "others";

  private final long pauseNanos;
  private final int kinds;
  private final LongSupplier nanoTime;

  /** Guarded by this. */
  private final Map<String, Kind> seen = new HashMap<>();

  /**
   * @param kinds how many kinds are told apart; those beyond are limited together
   * @param nanoTime the time in nanoseconds since any point
   */
  LimitedLines(long pauseNanos, int kinds, LongSupplier nanoTime) {
    this.pauseNanos = pauseNanos;
    this.kinds = kinds;
    this.nanoTime = nanoTime;
  }

  /** How many lines of this kind were kept back since the last that passed; -1: keep this back. */
  synchronized long pass(String kind) {
    long now = nanoTime.getAsLong();
    Kind of = seen.get(kind);
    if (of == null) {
      of = seen.computeIfAbsent(seen.size() < kinds ? kind : OTHERS, k -> new Kind());
    }
    if (of.passed && now - of.lastNanos < pauseNanos) {
      of.unsaid++;
      return -1;
    }
    long unsaid = of.unsaid;
    of.passed = true;
    of.lastNanos = now;
    of.unsaid = 0;
    return unsaid;
  }

  private static final class Kind {
    boolean passed;
    long lastNanos;
    long unsaid;
  }
}
