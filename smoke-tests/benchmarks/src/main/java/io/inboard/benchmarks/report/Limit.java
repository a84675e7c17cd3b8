// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import io.inboard.benchmarks.report.Budget.Verdict;

/** What a figure may be at most, or must be at least. */
record Limit(double bound, boolean least) {
  static Limit atMost(double bound) {
    return new Limit(bound, false);
  }

  static Limit atLeast(double bound) {
    return new Limit(bound, true);
  }

  /** Decided only when all that the figure may be is on one side; the limit itself is allowed. */
  Verdict verdict(Interval interval) {
    if (!interval.measured()) {
      return Verdict.NOT_MEASURED;
    }
    if (least ? interval.low() >= bound : interval.high() <= bound) {
      return Verdict.MET;
    }
    if (least ? interval.high() < bound : interval.low() > bound) {
      return Verdict.MISSED;
    }
    return Verdict.UNDECIDED;
  }

  /** Whether the first is farther on the bad side. */
  boolean worse(double one, double other) {
    return least ? one < other : one > other;
  }
}
