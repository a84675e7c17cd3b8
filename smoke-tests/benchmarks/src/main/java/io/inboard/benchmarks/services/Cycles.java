// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Budgets;
import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.report.Results;
import io.inboard.benchmarks.report.Series;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Measures all variants of a series cycle by cycle, until each budget that this decides is decided
 * or until the most cycles are over.
 */
final class Cycles {
  /** Looking after every cycle would find a chance result sooner or later. */
  private static final int BETWEEN_LOOKS = 5;

  private final Order order;
  private final Ledger ledger;
  private final Keep keep;

  Cycles(Order order, Ledger ledger, Keep keep) {
    this.order = order;
    this.ledger = ledger;
    this.keep = keep;
  }

  /** Writes what is known, so that what breaks off late was not in vain, and gives it. */
  interface Keep {
    Results soFar();
  }

  /** One turn of one variant in one cycle. */
  interface Turn<T> extends Function<T, Map<Metric, Double>> {}

  /**
   * @param all of whom each has a turn in the cycle of this number, unless its variant was struck
   * @param variant of one of them
   * @param told the metrics whose figures are said while it runs
   */
  <T> void measure(
      Series series,
      Options.Bounds bounds,
      IntFunction<List<T>> all,
      Function<T, Variant> variant,
      Turn<T> turn,
      Metric... told) {
    for (int cycle = 0; cycle < bounds.most(); cycle++) {
      if (cycle > 0 && (cycle - bounds.least()) % BETWEEN_LOOKS == 0) {
        Results soFar = keep.soFar();
        if (cycle >= bounds.least() && decided(soFar, series, cycle)) {
          return;
        }
      }
      StringBuilder line = new StringBuilder();
      for (T one : order.next(all.apply(cycle))) {
        if (!ledger.counts(variant.apply(one))) {
          continue;
        }
        Map<Metric, Double> sample = turn.apply(one);
        ledger.add(variant.apply(one), cycle, sample);
        line.append(", ").append(variant.apply(one));
        for (Metric metric : told) {
          if (sample.containsKey(metric)) {
            line.append(' ').append(Progress.figure(metric, sample.get(metric)));
          }
        }
      }
      Progress.say(String.format("%s %d%s", series.title(), cycle + 1, line));
    }
    keep.soFar();
  }

  private static boolean decided(Results soFar, Series series, int cycles) {
    List<String> open = Budgets.open(soFar, series);
    if (!open.isEmpty()) {
      Progress.say("not decided after " + cycles + " cycles: " + String.join("; ", open));
    }
    return open.isEmpty();
  }
}
