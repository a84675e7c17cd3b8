// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of the project's README, from kept results: a row a variant, beside none of the same
 * cycles, with 95 % intervals. A test compares it with the README.
 */
final class ReadmeTable {
  /** Variants that no user chooses between, or only a few, have no row. */
  private static final Map<String, String> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put(Budgets.NONE, "no agent");
    ROWS.put(Budgets.TRACING, "Inboard, tracing");
    ROWS.put(Budgets.MTLS, "Inboard, mutual TLS");
    ROWS.put(Budgets.EVERYTHING, "Inboard, everything");
    ROWS.put(Budgets.OFF, "Inboard, `enabled: false`");
    ROWS.put(Budgets.OTEL, "OpenTelemetry agent");
    ROWS.put("native-unlimited", "mutual TLS by hand");
    ROWS.put("envoy-h1", "Envoy pair, mutual TLS only");
    ROWS.put("envoy-otel", "Envoy pair + OpenTelemetry agent");
  }

  /** How a column stands beside none. */
  private enum Column {
    THROUGHPUT("throughput", Metric.THROUGHPUT, true),
    P99("p99", Metric.CLOSED_P99, true),
    CPU("CPU a request", Metric.CPU, false),
    ALLOCATED("allocated a request", Metric.ALLOCATED, false),
    RSS("RSS of the front after a GC", Metric.RSS_AFTER_GC_FRONT, false),
    FIRST_CALL("first call", Metric.FIRST_CALL, true),
    START("start", Metric.START_WALL, false),
    START_CPU("CPU of the start", Metric.START_CPU, false),
    EXIT("exit, silent collector", Metric.EXIT_SILENT, false);

    private final String head;
    private final Metric metric;
    private final boolean ratio;

    Column(String head, Metric metric, boolean ratio) {
      this.head = head;
      this.metric = metric;
      this.ratio = ratio;
    }
  }

  private ReadmeTable() {}

  /**
   * As Markdown, not padded.
   *
   * @param runs of which each has measured something else
   */
  static String of(List<Results> runs) {
    Results all = together(runs);
    Known known = new Known(all);
    List<Column> columns = new ArrayList<>(List.of(Column.values()));
    columns.removeIf(c -> all.variants().stream().noneMatch(v -> v.median(c.metric).isPresent()));
    StringBuilder text = new StringBuilder("| |");
    columns.forEach(column -> text.append(' ').append(column.head).append(" |"));
    text.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
    for (Map.Entry<String, String> row : ROWS.entrySet()) {
      if (known.wasRun(row.getKey())) {
        text.append("| ").append(row.getValue()).append(" |");
        for (Column column : columns) {
          String cell = cell(known, row.getKey(), column);
          text.append(cell.isEmpty() ? " |" : " " + cell + " |");
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String cell(Known known, String variant, Column column) {
    Metric metric = column.metric;
    String unit = Figure.unit(metric).replace(" a request", "").replace("requests", "req");
    if (variant.equals(Budgets.NONE)) {
      double value = known.median(variant, metric).interval().value();
      return Double.isNaN(value) ? "" : Figure.of(metric, value) + " " + unit;
    }
    Bootstrap beside =
        column.ratio
            ? known.ratio(variant, Budgets.NONE, metric)
            : known.added(variant, Budgets.NONE, metric);
    Interval interval = beside.interval();
    if (!interval.measured()) {
      return "";
    }
    return column.ratio
        ? Figure.withBounds(interval, Figure::ratio, "")
        : Figure.withBounds(interval, value -> signed(metric, value), unit);
  }

  private static String signed(Metric metric, double value) {
    String figure = Figure.of(metric, value);
    return figure.startsWith("-") ? figure : "+" + figure;
  }

  /** What each run has measured of a variant, in one. */
  private static Results together(List<Results> runs) {
    Map<String, Measured> all = new LinkedHashMap<>();
    for (Results run : runs) {
      run.variants().forEach(variant -> all.merge(variant.name(), variant, ReadmeTable::both));
    }
    return new Results(runs.get(0).run(), List.copyOf(all.values()));
  }

  private static Measured both(Measured one, Measured other) {
    Map<Metric, List<Double>> values = new EnumMap<>(Metric.class);
    values.putAll(one.values());
    values.putAll(other.values());
    return new Measured(
        one.name(), one.about(), one.counts() && other.counts(), values, one.notes());
  }
}
