// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.util.ArrayList;
import java.util.List;

/**
 * When a variant is warm: after a least time, as soon as the last three windows of throughput lie
 * within 2 % of each other; after a longest time in any case.
 */
final class Warmth {
  static final double STEADY = 0.02;
  private static final int WINDOWS = 3;

  private final double windowSeconds;
  private final double atLeastSeconds;
  private final double atMostSeconds;
  private final List<Double> windows = new ArrayList<>();

  Warmth(double windowSeconds, double atLeastSeconds, double atMostSeconds) {
    this.windowSeconds = windowSeconds;
    this.atLeastSeconds = atLeastSeconds;
    this.atMostSeconds = atMostSeconds;
  }

  /** One more window has passed, with so many answers a second. */
  void add(double throughput) {
    windows.add(throughput);
  }

  /** Whether measuring may begin. */
  boolean enough() {
    return seconds() >= atMostSeconds || (seconds() >= atLeastSeconds && steady());
  }

  boolean steady() {
    return windows.size() >= WINDOWS && apart() < STEADY;
  }

  double seconds() {
    return windows.size() * windowSeconds;
  }

  /** How far the last windows lie apart, as a share of the largest of them. */
  double apart() {
    List<Double> last = windows.subList(Math.max(0, windows.size() - WINDOWS), windows.size());
    double max = last.stream().mapToDouble(w -> w).max().orElse(0);
    double min = last.stream().mapToDouble(w -> w).min().orElse(0);
    return max == 0 ? 0 : (max - min) / max;
  }

  /** Of the last window; 0 before the first. */
  double throughput() {
    return windows.isEmpty() ? 0 : windows.get(windows.size() - 1);
  }
}
