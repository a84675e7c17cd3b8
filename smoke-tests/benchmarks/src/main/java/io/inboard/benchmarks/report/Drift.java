// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.Arrays;
import java.util.Optional;

/**
 * Whether a variant was warm: beside the first one, it was in the first half of the cycles as it
 * was in the second. A machine that gets faster or slower for all does not show here.
 */
final class Drift {
  /** Less is no matter, however certain it is. */
  private static final double OF_NO_MATTER = 0.02;

  private final Interval before;
  private final Interval after;

  private Drift(Interval before, Interval after) {
    this.before = before;
    this.after = after;
  }

  /** Of the throughput; empty if it is the same, or not enough was measured to say. */
  static Optional<Drift> of(Results results, Measured variant) {
    double[] its = variant.shown(Metric.THROUGHPUT);
    double[] base = results.variants().get(0).shown(Metric.THROUGHPUT);
    double[] ratios = new double[Math.min(its.length, base.length)];
    Arrays.setAll(ratios, i -> its[i] / base[i]);
    int middle = ratios.length / 2;
    Interval before = half(ratios, 0, middle);
    Interval after = half(ratios, middle, ratios.length);
    boolean apart = before.high() < after.low() || after.high() < before.low();
    boolean matters = Math.abs(before.value() - after.value()) > OF_NO_MATTER;
    return apart && matters ? Optional.of(new Drift(before, after)) : Optional.empty();
  }

  private static Interval half(double[] ratios, int from, int to) {
    return Bootstrap.ofMedian(Arrays.copyOfRange(ratios, from, to)).interval(Bootstrap.FIRM);
  }

  @Override
  public String toString() {
    return "was not warm: throughput "
        + Figure.withBounds(before, Figure::ratio, "")
        + " in the first half of the cycles, "
        + Figure.withBounds(after, Figure::ratio, "")
        + " in the second";
  }
}
