// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static io.inboard.benchmarks.report.Sample.variant;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KnownTest {
  private static final Known DRIFTING =
      new Known(
          Sample.of(
              variant("none").with(Metric.CPU, 500, 500, 500, 1000, 1000, 1000, 400, 400).done(),
              variant("tracing").with(Metric.CPU, 550, 550, 550, 1100, 1100, 1100, 440, 440).done(),
              variant("otel").with(Metric.CPU, 600, 600, 600, 1200, 1200, 1200, 480, 480).done()));

  @Test
  void aMachineThatGetsSlowerIsSlowerForAll() {
    assertThat(DRIFTING.ratio("tracing", "none", Metric.CPU).interval())
        .isEqualTo(new Interval(1.1, 1.1, 1.1));
    assertThat(DRIFTING.share("tracing", "otel", "none", Metric.CPU).interval())
        .isEqualTo(new Interval(0.5, 0.5, 0.5));
    assertThat(DRIFTING.added("tracing", "none", Metric.CPU).interval().value()).isEqualTo(50);
    assertThat(DRIFTING.median("none", Metric.CPU).interval().high()).isEqualTo(1000);
  }

  @Test
  void onlyWhatWasMeasuredInTheSameCycleIsCompared() {
    Known known =
        new Known(
            Sample.of(
                variant("none").with(Metric.CPU, 1, 10, 1, 10, 1, 10, 1).done(),
                variant("tracing").with(Metric.CPU, Double.NaN, 20, 2, 20, 2, 20, 2, 99).done()));
    assertThat(known.ratio("tracing", "none", Metric.CPU).interval())
        .isEqualTo(new Interval(2, 2, 2));
  }

  @Test
  void nothingCanBeAShareOfNothing() {
    Known known =
        new Known(
            Sample.of(
                variant("none").with(Metric.CPU, 100).done(),
                variant("tracing").with(Metric.CPU, 110).done(),
                variant("otel").with(Metric.CPU, 99, 101, 99, 101, 99, 101, 130, 130).done()));
    Interval share = known.share("tracing", "otel", "none", Metric.CPU).interval();
    assertThat(share.value()).isEqualTo(10);
    assertThat(share.high()).isInfinite();
    assertThat(share.low()).isPositive();
  }

  @Test
  void whatIsMissingIsNamed() {
    Known known =
        new Known(
            Sample.of(variant("none").done(), variant("otel").with(Metric.CPU, 1).struck().done()));
    assertThat(known.ratio("tracing", "none", Metric.CPU).interval().measured()).isFalse();
    assertThat(known.median("otel", Metric.CPU).interval().measured()).isFalse();
    assertThat(known.whatIsMissing()).isEqualTo("tracing was not run, no CPU, otel does not count");
  }
}
