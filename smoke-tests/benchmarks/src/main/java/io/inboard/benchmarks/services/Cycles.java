// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Budgets;
import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.report.Results;
import io.inboard.benchmarks.report.Series;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Measures all variants of a series cycle by cycle, until each budget that this decides is decided
 * or until the most cycles are over.
 */
final class Cycles {
  /** Looking after every cycle would find a chance result sooner or later. */
  private static final int BETWEEN_LOOKS = 5;

  private final Order order;
  private final Ledger ledger;
  private final Supplier<Results> write;

  /**
   * @param write keeps what is known so far, so that what breaks off late was not in vain
   */
  Cycles(Order order, Ledger ledger, Supplier<Results> write) {
    this.order = order;
    this.ledger = ledger;
    this.write = write;
  }

  /** One turn of one variant in one cycle. */
  interface Turn<T> extends Function<T, Map<Metric, Double>> {}

  /**
   * @param all of whom each has a turn a cycle, unless its variant was struck
   * @param variant of one of them
   * @param told the metrics whose figures are said while it runs
   */
  <T> void measure(
      Series series,
      Options.Bounds bounds,
      List<T> all,
      Function<T, Variant> variant,
      Turn<T> turn,
      Metric... told) {
    for (int cycle = 0; cycle < bounds.most(); cycle++) {
      if (cycle >= bounds.least() && (cycle - bounds.least()) % BETWEEN_LOOKS == 0) {
        List<String> open = Budgets.open(write.get(), series);
        if (open.isEmpty()) {
          return;
        }
        if (cycle > 0) {
          Progress.say("not decided after " + cycle + " cycles: " + String.join("; ", open));
        }
      }
      StringBuilder line = new StringBuilder();
      for (T one : order.next(all)) {
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
    write.get();
  }
}
