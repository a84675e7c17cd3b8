// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.Locale;
import java.util.function.DoubleFunction;

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
      case "us/s" -> "ms a second";
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
      case "us/s" -> format("%,.1f", value / 1e3);
      case "B/req" -> format("%,.1f", value / 1e3);
      case "B" -> format("%,.1f", value / 1e6);
      case "s" -> format("%,.2f", value);
      default -> format("%,.0f", value);
    };
  }

  static String ratio(double ratio) {
    return format("%.2fx", ratio);
  }

  /** The value, its unit, and the bounds in brackets if they are known and differ. */
  static String withBounds(Interval interval, DoubleFunction<String> written, String unit) {
    String value = (written.apply(interval.value()) + " " + unit).strip();
    return value + bounds(interval, written);
  }

  private static String bounds(Interval interval, DoubleFunction<String> written) {
    if (!interval.bounded()) {
      return "";
    }
    String low = written.apply(interval.low());
    String high = written.apply(interval.high());
    return low.equals(high) ? "" : " [" + low.replace("x", "") + ", " + high.replace("x", "") + "]";
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
