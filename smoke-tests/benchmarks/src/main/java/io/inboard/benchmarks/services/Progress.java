// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** What the run is doing, on standard error: standard output is the report's. */
final class Progress {
  private Progress() {}

  static void say(String text) {
    System.err.println(LocalTime.now().truncatedTo(ChronoUnit.SECONDS) + " " + text);
  }

  /** In a few letters: a ratio to others is the report's business. */
  static String figure(Metric metric, double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f %s" : "%.0f %s", value, metric.unit());
  }
}
