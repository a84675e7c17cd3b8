// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.Locale;

/**
 * How figures are written: in the unit that a reader thinks in, with as many digits as mean
 * something.
 */
final class Figure {
  private Figure() {}

  /** The unit in which {@link #of} writes this metric; empty: a plain number. */
  static String unit(Metric metric) {
    return switch (metric.unit()) {
      case "us" -> "ms";
      case "us/req" -> "µs a request";
      case "B/req" -> "KB a request";
      case "B" -> "MB";
      case "req/s" -> "requests/s";
      default -> metric.unit();
    };
  }

  /** Without unit. Powers of ten: 1 KB is 1,000 bytes. */
  static String of(Metric metric, double value) {
    return switch (metric.unit()) {
      case "us" -> format("%,.2f", value / 1e3);
      case "B/req" -> format("%,.1f", value / 1e3);
      case "B" -> format("%,.1f", value / 1e6);
      case "s" -> format("%,.2f", value);
      default -> format("%,.0f", value);
    };
  }

  static String ratio(double ratio) {
    return format("%.2fx", ratio);
  }

  static String percent(double share) {
    return format("%.0f %%", share * 100);
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
