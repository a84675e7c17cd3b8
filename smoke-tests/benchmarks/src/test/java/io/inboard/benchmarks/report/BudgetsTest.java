// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static io.inboard.benchmarks.report.Sample.variant;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.benchmarks.report.Budget.Verdict;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every row, on either side of its limit. */
class BudgetsTest {

  @ParameterizedTest
  @CsvSource({"1020, HELD, 0.29 of it", "1030, MISSED, 0.43 of it"})
  void tracingAddsAThirdOfTheProcessorTimeThatOpenTelemetryAdds(
      double tracing, Verdict verdict, String measured) {
    Budget row =
        row(
            "added CPU",
            variant("none").with(Metric.CPU, 1000),
            variant("tracing").with(Metric.CPU, tracing),
            variant("otel").with(Metric.CPU, 1070));
    assertThat(row.verdict()).isEqualTo(verdict);
    assertThat(row.measured()).isEqualTo(measured);
  }

  @ParameterizedTest
  @CsvSource({"53000, HELD, 3.0 KB a request", "53001, MISSED, 3.0 KB a request"})
  void tracingAllocatesThreeKilobytesARequest(double tracing, Verdict verdict, String measured) {
    Budget row =
        row(
            "added allocation",
            variant("none").with(Metric.ALLOCATED, 50_000),
            variant("tracing").with(Metric.ALLOCATED, tracing));
    assertThat(row.verdict()).isEqualTo(verdict);
    assertThat(row.measured()).isEqualTo(measured);
  }

  @ParameterizedTest
  @CsvSource({
    "tracing, 880, HELD",
    "tracing, 879, MISSED",
    "mtls, 970, HELD",
    "mtls, 969, MISSED",
    "everything, 850, HELD",
    "everything, 849, MISSED"
  })
  void throughputBesideNone(String name, double throughput, Verdict verdict) {
    Budget row =
        rows(
                variant("none").with(Metric.THROUGHPUT, 900, 1000, 1100),
                variant(name).with(Metric.THROUGHPUT, throughput))
            .stream()
            .filter(r -> r.subject().equals(name) && r.limit().contains("of none"))
            .findFirst()
            .orElseThrow();
    assertThat(row.verdict()).isEqualTo(verdict);
  }

  @Test
  void mutualTlsIsHeldAgainstTheBetterWayByHand() {
    Sample.Builder mtls = variant("mtls").with(Metric.THROUGHPUT, 900);
    Sample.Builder slow = variant("native").with(Metric.THROUGHPUT, 600);
    Sample.Builder fast = variant("native-unlimited").with(Metric.THROUGHPUT, 950);
    assertThat(row("of native", mtls, slow, fast).limit()).endsWith("of native-unlimited");
    assertThat(row("of native", mtls, slow, fast).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(row("of native", mtls, slow).verdict()).isEqualTo(Verdict.HELD);
    assertThat(row("of native", mtls).remark()).isEqualTo("native was not run");
  }

  @ParameterizedTest
  @CsvSource({"1200, HELD", "1201, MISSED"})
  void theTailUnderMutualTls(double p99, Verdict verdict) {
    for (Metric metric : List.of(Metric.CLOSED_P99, Metric.OPEN_P99)) {
      Budget row =
          row(
              metric.title(),
              variant("none").with(metric, 1000),
              variant("mtls").with(metric, p99));
      assertThat(row.verdict()).isEqualTo(verdict);
    }
  }

  @Test
  void theKillSwitchIsWithinNoise() {
    Sample.Builder none = variant("none").with(Metric.CPU, 990, 1000, 1010);
    assertThat(noise(none, 1019, 1020, 1021).verdict()).isEqualTo(Verdict.HELD);
    assertThat(noise(none, 1022, 1025, 1030).verdict()).isEqualTo(Verdict.MISSED);
    // The rounds of both lie among each other.
    assertThat(noise(none, 1005, 1050, 1060).verdict()).isEqualTo(Verdict.HELD);
    assertThat(noise(none, 500, 501, 502).verdict()).isEqualTo(Verdict.HELD);
  }

  private static Budget noise(Sample.Builder none, double one, double two, double three) {
    return row("CPU within noise", none, variant("off").with(Metric.CPU, one, two, three));
  }

  @ParameterizedTest
  @CsvSource({
    "PREMAIN, premain, 0, 100, 101",
    "JAR, 12 MB, 0, 12e6, 12.1e6",
    "START_WALL, a service + ≤ 0.3, 5, 5.3, 5.31",
    "START_CPU, a service + ≤ 0.5, 5, 5.5, 5.51",
    "HEAP_BACK, heap, 20e6, 25e6, 25.1e6",
    "RSS_FRONT, RSS, 200e6, 230e6, 230.1e6",
    "EXIT_REFUSED, collector refuses, 0.5, 1.5, 1.51",
    "EXIT_SILENT, collector silent, 0.5, 1.5, 1.51"
  })
  void theWorstVariantDecides(
      Metric metric, String limit, double none, double held, double missed) {
    Metric other =
        switch (metric) {
          case HEAP_BACK -> Metric.HEAP_FRONT;
          case RSS_FRONT -> Metric.RSS_BACK;
          default -> metric;
        };
    Sample.Builder base = variant("none").with(other, none).with(metric, none);
    Sample.Builder good = variant("tracing").with(other, none).with(metric, held - none * 1e-9);
    Sample.Builder bad = variant("everything").with(other, none).with(metric, missed);
    Budget one = row(limit, base, good);
    assertThat(one.verdict()).isEqualTo(Verdict.HELD);
    assertThat(one.remark()).isEqualTo("tracing");
    Budget both = row(limit, base, good, bad);
    assertThat(both.verdict()).isEqualTo(Verdict.MISSED);
    assertThat(both.remark()).isEqualTo("everything");
  }

  @Test
  void whatDoesNotCountDecidesNothing() {
    Budget row =
        row(
            "0.88x of none",
            variant("none").with(Metric.THROUGHPUT, 1000),
            variant("tracing").with(Metric.THROUGHPUT, 999).struck());
    assertThat(row.verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(row.measured()).isEmpty();
    assertThat(row.remark()).isEqualTo("tracing does not count");
  }

  @Test
  void aVerdictOverSomethingUnsteadySaysSo() {
    Budget row =
        row(
            "0.88x of none",
            variant("none").with(Metric.THROUGHPUT, 1000),
            variant("tracing").with(Metric.THROUGHPUT, 999).unsteady());
    assertThat(row.verdict()).isEqualTo(Verdict.HELD);
    assertThat(row.remark()).isEqualTo("tracing was not steady");
  }

  @Test
  void whoDoesNotDecideMakesNothingDoubtful() {
    Budget row =
        row(
            "heap",
            variant("none").with(Metric.HEAP_FRONT, 20e6).with(Metric.HEAP_BACK, 20e6),
            variant("tracing")
                .with(Metric.HEAP_FRONT, 21e6)
                .with(Metric.HEAP_BACK, 21e6)
                .unsteady(),
            variant("mtls").with(Metric.HEAP_FRONT, 22e6).with(Metric.HEAP_BACK, 22e6));
    assertThat(row.verdict()).isEqualTo(Verdict.HELD);
    assertThat(row.remark()).isEqualTo("mtls");
  }

  @Test
  void withoutAnythingMeasuredNothingIsDecided() {
    assertThat(Budgets.of(Sample.of()))
        .hasSizeGreaterThan(15)
        .allMatch(row -> row.verdict() == Verdict.NOT_MEASURED)
        .noneMatch(row -> row.remark().isEmpty());
  }

  private static List<Budget> rows(Sample.Builder... variants) {
    return Budgets.of(
        Sample.of(Arrays.stream(variants).map(Sample.Builder::done).toArray(Measured[]::new)));
  }

  private static Budget row(String limit, Sample.Builder... variants) {
    return rows(variants).stream()
        .filter(row -> row.limit().contains(limit))
        .findFirst()
        .orElseThrow();
  }
}
