// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

/**
 * A figure, and between which bounds it lies with some confidence.
 *
 * @param value what the sample says; NaN when nothing was measured
 * @param low negative infinity when the sample is too small to say
 * @param high infinity when the sample is too small to say
 */
record Interval(double value, double low, double high) {
  boolean measured() {
    return !Double.isNaN(value);
  }

  /** Whether there was enough to say how sure the value is. */
  boolean bounded() {
    return measured() && Double.isFinite(low) && Double.isFinite(high);
  }
}
