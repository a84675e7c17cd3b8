// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How sure a statistic of a sample is: it is computed again from many samples of the same size that
 * are drawn from the measured ones with replacement; the interval is what lies between the outer
 * percentiles. Nothing is assumed of the distribution, so that a window with a hiccup does no harm.
 * The same sample gives the same interval.
 */
final class Bootstrap {
  /** Of fewer values the drawn samples are too much alike: six cover the median with 97 %. */
  static final int LEAST = 6;

  /** That of every interval that is shown, and of every verdict. */
  static final double SHOWN = 0.95;

  /**
   * Measuring ends early only when this much is certain: whoever looks several times and stops at
   * the first 95 % is wrong more often than in 5 of 100 runs.
   */
  static final double FIRM = 0.99;

  private static final int DRAWS = 2_000;
  private static final long SEED = 20_261_128;

  private final double value;

  /** Of the drawn samples, sorted; empty if there were too few values. */
  private final double[] drawn;

  private Bootstrap(double value, double[] drawn) {
    this.value = value;
    this.drawn = drawn;
  }

  /** No matter of chance. */
  static Bootstrap exact(double value) {
    return new Bootstrap(value, new double[] {value});
  }

  /** Of the middle one of these values; NaN among them are left out. */
  static Bootstrap ofMedian(double... values) {
    double[] known = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
    return of(known.length, rows -> median(rows, known));
  }

  /**
   * Of any statistic.
   *
   * @param size of the sample
   * @param statistic computed from rows of the sample, by number, some of them several times
   */
  static Bootstrap of(int size, ToDoubleFunction<int[]> statistic) {
    if (size == 0) {
      return new Bootstrap(Double.NaN, new double[0]);
    }
    int[] rows = new int[size];
    Arrays.setAll(rows, i -> i);
    double value = statistic.applyAsDouble(rows);
    if (size < LEAST) {
      return new Bootstrap(value, new double[0]);
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] drawn = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      Arrays.setAll(rows, row -> random.nextInt(size));
      drawn[i] = statistic.applyAsDouble(rows);
    }
    Arrays.sort(drawn);
    return new Bootstrap(value, drawn);
  }

  /** Half of what is missing to certainty is left out at either end. */
  Interval interval(double confidence) {
    if (drawn.length == 0) {
      return new Interval(value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    int outside = (int) Math.floor((1 - confidence) / 2 * drawn.length);
    return new Interval(value, drawn[outside], drawn[drawn.length - 1 - outside]);
  }

  Interval interval() {
    return interval(SHOWN);
  }

  /** Of these rows. */
  static double median(int[] rows, double[] values) {
    double[] picked = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      picked[i] = values[rows[i]];
    }
    return median(picked);
  }

  /** Of at least one value. */
  static double median(double[] values) {
    return Spread.of(values).median();
  }
}
