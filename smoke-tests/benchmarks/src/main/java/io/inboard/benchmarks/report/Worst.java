// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import io.inboard.benchmarks.report.Budget.Verdict;

/**
 * One budget for several variants: one that misses it is enough to miss it, and all must meet it to
 * meet it. Shown is the variant whose figure is worst, be its interval as wide as it may.
 */
final class Worst {
  private final Limit limit;
  private Interval interval = Bootstrap.ofMedian().interval();
  private String decidedBy = "";
  private Verdict verdict = Verdict.NOT_MEASURED;
  private Verdict firmly = Verdict.NOT_MEASURED;

  Worst(Limit limit) {
    this.limit = limit;
  }

  void add(String variant, Bootstrap figure) {
    Interval its = figure.interval();
    verdict = both(verdict, limit.verdict(its));
    firmly = both(firmly, limit.verdict(figure.interval(Bootstrap.FIRM)));
    if (its.measured() && (!interval.measured() || limit.worse(its.value(), interval.value()))) {
      interval = its;
      decidedBy = variant;
    }
  }

  private static Verdict both(Verdict one, Verdict other) {
    if (one == Verdict.NOT_MEASURED || other == Verdict.MISSED) {
      return other;
    }
    return other == Verdict.NOT_MEASURED || one != Verdict.MET ? one : other;
  }

  Interval interval() {
    return interval;
  }

  boolean measured() {
    return interval.measured();
  }

  String decidedBy() {
    return decidedBy;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Whether more of the same would hardly change the verdict. */
  boolean firm() {
    return firmly == Verdict.MET || firmly == Verdict.MISSED;
  }
}
