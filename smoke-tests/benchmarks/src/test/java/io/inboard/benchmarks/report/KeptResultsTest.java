// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the documents say of costs is what was measured: the kept report, its chart and the README's
 * table are made of the kept results and of nothing else.
 */
final class KeptResultsTest {
  /** Tests run in the module's directory. */
  private static final Path KEPT = Path.of("results/services");

  private static Results results() throws IOException {
    return Results.read(KEPT.resolve("results.json"));
  }

  @Test
  void theReportIsMadeOfTheResults() throws IOException {
    assertThat(Files.readString(KEPT.resolve("report.md")))
        .as("make it again: smoke-tests/benchmarks/run report %s/results.json", KEPT)
        .isEqualTo(Report.text(results()));
    assertThat(Files.readString(KEPT.resolve("chart.svg"))).isEqualTo(Chart.of(results()));
  }

  @Test
  void theReadmesTableIsMadeOfTheResults() throws IOException {
    assertThat(Files.readString(Path.of("../../README.md")))
        .as("make it again: smoke-tests/benchmarks/run report --readme %s/results.json", KEPT)
        .contains("\n\n" + ReadmeTable.of(List.of(results())) + "\n");
  }
}
