// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * What a figure is computed from: variants beside each other, cycle by cycle. What is missing is
 * remembered, so that the arithmetic reads as the budget does.
 */
final class Known {
  private static final Bootstrap NOTHING = Bootstrap.ofMedian();

  private final Results results;
  private final Set<String> missing = new LinkedHashSet<>();

  Known(Results results) {
    this.results = results;
  }

  /** The median of what the variant itself showed. */
  Bootstrap median(String variant, Metric metric) {
    return Bootstrap.ofMedian(values(variant, metric));
  }

  /** What is the same in every cycle, such as the size of a file. */
  Bootstrap exact(String variant, Metric metric) {
    double[] values = values(variant, metric);
    return values.length == 0 ? NOTHING : Bootstrap.exact(values[0]);
  }

  /** The median of the cycles' ratios. */
  Bootstrap ratio(String variant, String to, Metric metric) {
    return pairwise(variant, to, metric, (one, other) -> one / other);
  }

  /** The median of what the variant took more than the other in the same cycle. */
  Bootstrap added(String variant, String to, Metric metric) {
    return pairwise(variant, to, metric, (one, other) -> one - other);
  }

  /** The median of the cycles' ratios of one metric to another of the same variant. */
  Bootstrap ratio(String variant, Metric metric, Metric to) {
    double[] ones = values(variant, metric);
    double[] others = values(variant, to);
    return Bootstrap.ofMedian(combined(ones, others, (one, other) -> one / other));
  }

  /**
   * What one variant added to none, as a share of what another one added: of the medians of the
   * same cycles, since the ratio within one cycle means nothing where the other's share of it
   * happens to be near nothing. Infinite where the other added nothing.
   */
  Bootstrap share(String variant, String other, String none, Metric metric) {
    double[] ones = differences(variant, none, metric);
    double[] others = differences(other, none, metric);
    int[] both =
        IntStream.range(0, Math.min(ones.length, others.length))
            .filter(i -> !Double.isNaN(ones[i] + others[i]))
            .toArray();
    return Bootstrap.of(
        both.length,
        drawn -> {
          int[] rows = Arrays.stream(drawn).map(row -> both[row]).toArray();
          double base = Bootstrap.median(rows, others);
          return base > 0 ? Bootstrap.median(rows, ones) / base : Double.POSITIVE_INFINITY;
        });
  }

  private double[] differences(String variant, String none, Metric metric) {
    return combined(values(variant, metric), values(none, metric), (one, other) -> one - other);
  }

  private Bootstrap pairwise(
      String variant, String to, Metric metric, DoubleBinaryOperator operator) {
    double[] ones = values(variant, metric);
    double[] others = values(to, metric);
    return ones.length == 0 || others.length == 0
        ? NOTHING
        : Bootstrap.ofMedian(combined(ones, others, operator));
  }

  private static double[] combined(double[] ones, double[] others, DoubleBinaryOperator operator) {
    return IntStream.range(0, Math.min(ones.length, others.length))
        .mapToDouble(i -> operator.applyAsDouble(ones[i], others[i]))
        .toArray();
  }

  private double[] values(String variant, Metric metric) {
    Optional<Measured> measured =
        results.variants().stream().filter(v -> v.name().equals(variant)).findFirst();
    if (measured.isEmpty()) {
      missing.add(variant + " was not run");
      return new double[0];
    }
    if (!measured.get().counts()) {
      missing.add(variant + " does not count");
      return new double[0];
    }
    double[] values = measured.get().shown(metric);
    if (values.length == 0) {
      missing.add("no " + metric.title());
    }
    return values;
  }

  boolean wasRun(String variant) {
    return results.variants().stream().anyMatch(v -> v.name().equals(variant));
  }

  void miss(String why) {
    missing.add(why);
  }

  /** Why there is no verdict; empty if nothing was asked for in vain. */
  String whatIsMissing() {
    return String.join(", ", missing);
  }
}
