// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static io.inboard.benchmarks.report.Sample.variant;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of costs in the README. */
final class ReadmeTableTest {
  @Test
  void noneInItsOwnUnitsAndTheOthersBesideIt() {
    Results load =
        Sample.of(
            variant("none").with(Metric.THROUGHPUT, 1000).with(Metric.CPU, 600).done(),
            variant("tracing").with(Metric.THROUGHPUT, 950).with(Metric.CPU, 640).done(),
            variant("envoy-h2").with(Metric.THROUGHPUT, 500).done());
    Results start =
        Sample.of(
            variant("none").with(Metric.START_WALL, 5).done(),
            variant("otel").with(Metric.START_WALL, 7.5, 8.5, 7.5, 8.5, 7.5, 8.5, 8).done());
    assertThat(ReadmeTable.of(List.of(load, start)))
        .isEqualTo(
            """
            | | throughput | CPU a request | start |
            |---|---|---|---|
            | no agent | 1,000 req/s | 600 µs | 5.00 s |
            | Inboard, tracing | 0.95x | +40 µs | |
            | OpenTelemetry agent | | | +3.00 s [+2.50, +3.50] |
            """);
  }
}
