// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.List;

/**
 * Two panels of horizontal bars, one a variant: throughput and processor time a request, as ratios
 * to the first variant. A plain SVG without script or font of its own; colours follow the reader's
 * light or dark scheme, and do without where a viewer knows none. The same results give the same
 * bytes.
 */
final class Chart {
  private static final int WIDTH = 800;
  private static final int NAMES = 140;
  private static final int PANEL = 300;
  private static final int GAP = 30;

  /** Of a panel, for the figures, right of the longest bar. */
  private static final int FIGURE = 50;

  private static final int TOP = 54;
  private static final int ROW = 24;
  private static final int BAR = 14;

  /** Those that are Inboard; the others are what it is measured against. */
  private static final List<String> OURS = List.of("tracing", "mtls", "everything", "off");

  private final Results results;
  private final StringBuilder svg = new StringBuilder();

  private Chart(Results results) {
    this.results = results;
  }

  static String of(Results results) {
    return new Chart(results).draw();
  }

  private String draw() {
    List<Measured> variants = results.variants();
    int height = TOP + variants.size() * ROW + 34;
    String first = variants.isEmpty() ? "" : variants.get(0).name();
    Results.Run run = results.run();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" role="img">
        <title>Throughput and processor time a request, as ratios to %3$s</title>
        <style>
        text{font:13px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
        .h{font-weight:600}.s{font-size:11px;fill:#59636e}.n{text-anchor:end}
        .o{fill:#1f6feb}.x{fill:#afb8c1}.l{stroke:#59636e;stroke-dasharray:3 3}.i{stroke:#1f2328;stroke-width:2}
        @media(prefers-color-scheme:dark){text{fill:#e6edf3}.s{fill:#9198a1}.o{fill:#4493f8}.x{fill:#5b636d}.l{stroke:#9198a1}.i{stroke:#e6edf3}}
        </style>
        """
            .formatted(WIDTH, height, escaped(first)));
    for (int i = 0; i < variants.size(); i++) {
      text(NAMES - 10, baseline(i), "n", Report.marked(variants.get(i)));
    }
    panel(NAMES, Metric.THROUGHPUT, "Throughput", "more is better");
    panel(NAMES + PANEL + GAP, Metric.CPU, "CPU a request, all processes", "less is better");
    String circumstances =
        Figure.format(
            "Ratios to %s of the same cycle: median, 95 %% interval; closed loop, %d connections; %d cores; JDK %s; %.10s",
            first, run.connections(), run.cores(), version(run.jdk()), run.date());
    text(10, height - 10, "s", circumstances);
    return svg.append("</svg>\n").toString();
  }

  private void panel(int left, Metric metric, String title, String direction) {
    List<Measured> variants = results.variants();
    text(left, 20, "h", title);
    text(left, 38, "s", direction);
    double largest =
        variants.stream()
            .map(v -> ratio(v, metric))
            .filter(Interval::measured)
            .map(ratio -> ratio.bounded() ? ratio.high() : ratio.value())
            .reduce(1.0, Math::max);
    double scale = (PANEL - FIGURE) / largest;
    svg.append(
        Figure.format(
            "<line class=\"l\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>\n",
            left + scale, TOP - 4, TOP + variants.size() * ROW + 4));
    for (int i = 0; i < variants.size(); i++) {
      Measured variant = variants.get(i);
      Interval ratio = ratio(variant, metric);
      if (!ratio.measured()) {
        text(left + 4, baseline(i), "s", variant.counts() ? "not measured" : "does not count");
        continue;
      }
      double width = Math.max(1, ratio.value() * scale);
      svg.append(
          Figure.format(
              "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>\n",
              OURS.contains(variant.name()) ? "o" : "x",
              left,
              TOP + i * ROW + (ROW - BAR) / 2,
              width,
              BAR));
      text(left + PANEL, baseline(i), "n", Figure.ratio(ratio.value()));
      if (ratio.bounded() && ratio.high() > ratio.low()) {
        svg.append(
            Figure.format(
                "<path class=\"i\" d=\"M%.1f %dH%.1f\"/>\n",
                left + ratio.low() * scale, TOP + i * ROW + ROW / 2, left + ratio.high() * scale));
      }
    }
  }

  /** To the first variant; measured if that one is. */
  private Interval ratio(Measured variant, Metric metric) {
    String first = results.variants().get(0).name();
    return new Known(results).ratio(variant.name(), first, metric).interval();
  }

  private static int baseline(int row) {
    return TOP + row * ROW + ROW / 2 + 5;
  }

  private void text(double x, int y, String style, String text) {
    String styled = style.isEmpty() ? "" : " class=\"" + style + "\"";
    svg.append(Figure.format("<text x=\"%.1f\" y=\"%d\"%s>", x, y, styled))
        .append(escaped(text))
        .append("</text>\n");
  }

  /**
   * What stands in quotes in the first line of {@code java -version}; that line if nothing does.
   */
  private static String version(String jdk) {
    String[] parts = jdk.split("\"", -1);
    return parts.length == 3 ? parts[1] : jdk;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
