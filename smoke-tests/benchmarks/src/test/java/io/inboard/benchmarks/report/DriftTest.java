// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static io.inboard.benchmarks.report.Sample.variant;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class DriftTest {
  private static final double[] BASE = {10, 20, 10, 20, 10, 20, 10, 20, 10, 20, 10, 20, 10, 20};

  private static String drift(double before, double after) {
    double[] values = new double[BASE.length];
    Arrays.setAll(values, i -> BASE[i] * (i < BASE.length / 2 ? before : after));
    Results results =
        Sample.of(
            variant("none").with(Metric.THROUGHPUT, BASE).done(),
            variant("tracing").with(Metric.THROUGHPUT, values).done());
    return Drift.of(results, results.variants().get(1)).map(Drift::toString).orElse("");
  }

  @Test
  void whoIsStillGettingFasterWasNotWarm() {
    assertThat(drift(0.8, 0.9)).contains("was not warm", "0.80x in the first", "0.90x in the");
    assertThat(drift(0.9, 0.8)).contains("was not warm");
  }

  @Test
  void whatStaysOrHardlyChangesIsWarm() {
    assertThat(drift(0.9, 0.9)).isEmpty();
    assertThat(drift(0.9, 0.91)).isEmpty();
  }

  @Test
  void tooFewCyclesSayNothing() {
    Results results =
        Sample.of(
            variant("none").with(Metric.THROUGHPUT, 10, 10, 10, 10).done(),
            variant("tracing").with(Metric.THROUGHPUT, 1, 1, 9, 9).done());
    assertThat(Drift.of(results, results.variants().get(1))).isEmpty();
  }
}
