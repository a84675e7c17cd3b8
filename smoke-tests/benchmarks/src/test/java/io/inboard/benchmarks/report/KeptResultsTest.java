// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the documents say of costs is what was measured: each kept report, its chart and the
 * README's table are made of the kept results and of nothing else.
 */
final class KeptResultsTest {
  /** Tests run in the module's directory. Each holds one run. */
  private static final Path LOAD = Path.of("results/services");

  private static final Path START = Path.of("results/start");

  private static Results results(Path run) throws IOException {
    return Results.read(run.resolve("results.json"));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void theReportIsMadeOfTheResults(Path run) throws IOException {
    assertThat(Files.readString(run.resolve("report.md")))
        .as("make it again: smoke-tests/benchmarks/run report %s/results.json", run)
        .isEqualTo(Report.text(results(run)));
    assertThat(Files.readString(run.resolve("chart.svg"))).isEqualTo(Chart.of(results(run)));
  }

  private static List<Path> runs() {
    return List.of(LOAD, START);
  }

  @Test
  void theReadmesTableIsMadeOfTheResults() throws IOException {
    assertThat(Files.readString(Path.of("../../README.md")))
        .as(
            "make it again: smoke-tests/benchmarks/run report --readme %s/results.json"
                + " %s/results.json",
            LOAD, START)
        .contains("\n\n" + ReadmeTable.of(List.of(results(LOAD), results(START))) + "\n");
  }
}
