// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static io.inboard.benchmarks.report.Sample.variant;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {
  private static final Results RESULTS =
      Sample.of(
          variant("none")
              .with(Metric.THROUGHPUT, 980, 1000, 1020, 1000, 980, 1020, 1000)
              .with(Metric.CPU, 1400)
              .with(Metric.CLOSED_P99, 20_000)
              .with(Metric.ALLOCATED, 50_000)
              .done(),
          variant("tracing")
              .with(Metric.THROUGHPUT, 870, 900, 918, 880, 900, 918, 930)
              .with(Metric.CPU, 2800)
              .with(Metric.CLOSED_P99, 31_000, 25_000, 26_000)
              .with(Metric.ALLOCATED, 52_400)
              .with(Metric.PREMAIN, 90)
              .done(),
          variant("a<b>&\"c\"").with(Metric.THROUGHPUT, 1).struck().done());

  @Test
  void mediansRatiosAndTheirIntervals() {
    assertThat(Report.text(RESULTS))
        .contains("Measured 2026-11-21T19:00:00Z at abc1234 on A <fine> processor & 8 GB, 2 cores")
        .contains("smoke-tests/benchmarks/run services")
        .containsPattern("\\| none +\\| +1,000 \\| +20\\.00 \\|")
        .containsPattern(
            "\\| tracing +\\| +900 \\(0\\.90x \\[0\\.8[89], 0\\.9[23]]\\) \\| +26\\.00 \\(1\\.30x\\) \\|")
        .containsPattern("\\| tracing +\\| +52\\.4 \\(1\\.05x\\) \\|")
        .contains("**Added, beside none of the same cycle**")
        .contains("| added allocation ≤ 3 KB a request ", "2.4 KB a request")
        .contains("orders by seed 7")
        .contains("- Something about all.");
  }

  @Test
  void whatDoesNotCountShowsNoFigure() {
    assertThat(Report.text(RESULTS))
        .containsPattern("\\| a<b>&\"c\" ✗ +\\| +– \\| +– \\|")
        .contains("does not count: 3 of 9 answers were errors");
  }

  @Test
  void whatWasNotMeasuredTakesNoRoom() {
    assertThat(Report.text(RESULTS))
        .doesNotContain("Exit of one service", "p50, closed", "Open loop");
    assertThat(Report.text(Sample.of())).contains("**Budgets**").doesNotContain("| variant");
  }

  @Test
  void aReportIsMadeAgainFromTheFile(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("results.json");
    RESULTS.write(file);
    Results read = Results.read(file);
    assertThat(read).isEqualTo(RESULTS);
    Report.write(read, directory.resolve("out"));
    assertThat(directory.resolve("out/report.md")).hasContent(Report.text(RESULTS));
    assertThat(Files.readString(directory.resolve("out/chart.svg"))).isEqualTo(Chart.of(RESULTS));
  }

  @Test
  void theChartIsASmallSvgWithoutScript() throws Exception {
    String svg = Chart.of(RESULTS);
    assertThat(svg.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(10_000);
    Document document = parsed(svg);
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(svg.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http", "url(");
    assertThat(document.getDocumentElement().getTextContent())
        .contains("a<b>&\"c\" ✗", "tracing", "0.90x", "2.00x", "does not count");
    assertThat(parsed(Chart.of(Sample.of())).getElementsByTagName("rect").getLength()).isZero();
  }

  @Test
  void barsAreAsLongAsTheirRatio() throws Exception {
    NodeList bars = parsed(Chart.of(RESULTS)).getElementsByTagName("rect");
    assertThat(bars.getLength()).isEqualTo(4);
    assertThat(width(bars, 1) / width(bars, 0)).isBetween(0.895, 0.905);
    assertThat(width(bars, 3) / width(bars, 2)).isBetween(1.99, 2.01);
  }

  private static double width(NodeList bars, int number) {
    return Double.parseDouble(((Element) bars.item(number)).getAttribute("width"));
  }

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
