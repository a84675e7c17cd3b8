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

/** Every row, on either side of its limit, and with the limit among what it may be. */
class BudgetsTest {

  @ParameterizedTest
  @CsvSource({"1020, MET, 0.29 of it", "1030, MISSED, 0.43 of it"})
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
  @CsvSource({"53000, MET, 3.0 KB a request", "53001, MISSED, 3.0 KB a request"})
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
    "tracing, 930, MET",
    "tracing, 929, MISSED",
    "mtls, 970, MET",
    "mtls, 969, MISSED",
    "everything, 900, MET",
    "everything, 899, MISSED"
  })
  void throughputBesideNone(String name, double throughput, Verdict verdict) {
    Budget row =
        rows(
                variant("none").with(Metric.THROUGHPUT, 1000),
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
    assertThat(row("of native", mtls, slow).verdict()).isEqualTo(Verdict.MET);
    assertThat(row("of native", mtls).remark()).isEqualTo("native was not run");
  }

  @ParameterizedTest
  @CsvSource({"1200, MET", "1201, MISSED"})
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

  @ParameterizedTest
  @CsvSource({"THROUGHPUT, 980, 979", "CPU, 1020, 1021", "ALLOCATED, 1020, 1021"})
  void theKillSwitchCostsNothing(Metric metric, double met, double missed) {
    Sample.Builder none = variant("none").with(metric, 1000);
    String row = metric.title() + (metric.moreIsBetter() ? " ≥ 0.98x" : " ≤ 1.02x");
    assertThat(row(row, none, variant("off").with(metric, met)).verdict()).isEqualTo(Verdict.MET);
    assertThat(row(row, none, variant("off").with(metric, missed)).verdict())
        .isEqualTo(Verdict.MISSED);
  }

  @Test
  void theFirstCall() {
    Sample.Builder none = variant("none").with(Metric.FIRST_CALL, 100);
    assertThat(row("≤ 1.3x", none, variant("mtls").with(Metric.FIRST_CALL, 130)).verdict())
        .isEqualTo(Verdict.MET);
    assertThat(row("≤ 1.3x", none, variant("mtls").with(Metric.FIRST_CALL, 131)).verdict())
        .isEqualTo(Verdict.MISSED);
  }

  @Test
  void anArchiveMadeWithoutTheAgentStillHelps() {
    Sample.Builder faster =
        variant("tracing").with(Metric.START_WALL_CDS, 3).with(Metric.START_WALL_PLAIN, 5);
    assertThat(row("AppCDS", faster).verdict()).isEqualTo(Verdict.MET);
    Sample.Builder slower =
        variant("off").with(Metric.START_WALL_CDS, 5.1).with(Metric.START_WALL_PLAIN, 5);
    assertThat(row("AppCDS", faster, slower).verdict()).isEqualTo(Verdict.MISSED);
  }

  @Test
  void whatMayBeOnEitherSideIsUndecidedAndWorthMoreCycles() {
    Measured none = variant("none").with(Metric.THROUGHPUT, 1000).done();
    Measured tracing =
        variant("tracing")
            .with(Metric.THROUGHPUT, 900, 910, 920, 940, 950, 960, 930, 935, 915)
            .done();
    Measured everything = variant("everything").with(Metric.THROUGHPUT, 800).done();
    assertThat(Budgets.open(Sample.of(none, tracing, everything), Series.LOAD))
        .containsExactly("tracing: throughput ≥ 0.93x of none");
    assertThat(Budgets.open(Sample.of(none, tracing, everything), Series.START)).isEmpty();
    Budget row =
        Budgets.of(Sample.of(none, tracing)).stream()
            .filter(r -> r.limit().contains("0.93x"))
            .findFirst()
            .orElseThrow();
    assertThat(row.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(row.measured()).matches("0\\.9[0-9]x \\[0\\.9[0-9], 0\\.9[0-9]]");
  }

  @ParameterizedTest
  @CsvSource({
    "PREMAIN, premain, 0, 100, 101",
    "JAR, 12 MB, 0, 12e6, 12.1e6",
    "START_WALL, a service + ≤ 0.2 s, 5, 5.2, 5.21",
    "START_CPU, a service + ≤ 0.4 s CPU, 5, 5.4, 5.41",
    "HEAP_FRONT, heap after GC front, 20e6, 25e6, 25.1e6",
    "HEAP_BACK, heap after GC back, 20e6, 25e6, 25.1e6",
    "RSS_AFTER_GC_FRONT, RSS after GC front, 200e6, 230e6, 230.1e6",
    "RSS_AFTER_GC_BACK, RSS after GC back, 200e6, 230e6, 230.1e6",
    "EXIT_REFUSED, collector refuses, 0.5, 1, 1.01",
    "EXIT_SILENT, collector silent, 0.5, 1, 1.01"
  })
  void theWorstVariantDecides(
      Metric metric, String limit, double none, double held, double missed) {
    Sample.Builder base = variant("none").with(metric, none);
    Sample.Builder good = variant("tracing").with(metric, held - none * 1e-9);
    Sample.Builder bad = variant("everything").with(metric, missed);
    Budget one = row(limit, base, good);
    assertThat(one.verdict()).isEqualTo(Verdict.MET);
    assertThat(one.remark()).isEqualTo("tracing");
    Budget both = row(limit, base, good, bad);
    assertThat(both.verdict()).isEqualTo(Verdict.MISSED);
    assertThat(both.remark()).isEqualTo("everything");
  }

  @Test
  void whatDoesNotCountDecidesNothing() {
    Budget row =
        row(
            "0.93x of none",
            variant("none").with(Metric.THROUGHPUT, 1000),
            variant("tracing").with(Metric.THROUGHPUT, 999).struck());
    assertThat(row.verdict()).isEqualTo(Verdict.NOT_MEASURED);
    assertThat(row.measured()).isEmpty();
    assertThat(row.remark()).isEqualTo("tracing does not count");
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
