// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run as Markdown that reads in a terminal too: what was measured, as medians with ratios to
 * the first variant of the same cycles, and which budgets were met. The same results give the same
 * text.
 */
public final class Report {
  private static final String NOT_KNOWN = "–";

  private final Results results;
  private final Known known;

  private Report(Results results) {
    this.results = results;
    this.known = new Known(results);
  }

  /** Writes report.md and chart.svg. */
  public static void write(Results results, Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("report.md"), text(results));
    Files.writeString(directory.resolve("chart.svg"), Chart.of(results));
  }

  public static String text(Results results) {
    return new Report(results).text();
  }

  private String text() {
    StringBuilder text = new StringBuilder(circumstances());
    for (Section section : Section.values()) {
      Table table = table(section);
      if (!table.isEmpty()) {
        text.append("\n**").append(title(section)).append("**\n\n").append(table.markdown());
      }
    }
    Table added = added();
    if (!added.isEmpty()) {
      text.append("\n**Added, beside ").append(results.variants().get(0).name());
      text.append(" of the same cycle**\n\n").append(added.markdown());
    }
    text.append('\n').append(legend()).append("\n**Budgets**\n\n").append(budgets());
    List<String> notes = notes();
    if (!notes.isEmpty()) {
      text.append("\n**Notes**\n\n");
      notes.forEach(note -> text.append("- ").append(note).append('\n'));
    }
    return text.toString();
  }

  /** Which figures are read together. */
  private enum Section {
    CLOSED(Metric.THROUGHPUT, Metric.CLOSED_P50, Metric.CLOSED_P99, Metric.CLOSED_P999),
    OPEN(Metric.OPEN_P50, Metric.OPEN_P99, Metric.OPEN_P999, Metric.OPEN_CPU),
    CPU(
        Metric.CPU,
        Metric.CPU_FRONT,
        Metric.CPU_BACK,
        Metric.CPU_FRONT_PROXY,
        Metric.CPU_BACK_PROXY,
        Metric.CPU_IDLE),
    ALLOCATED(Metric.ALLOCATED, Metric.ALLOCATED_FRONT, Metric.ALLOCATED_BACK),
    FIRST(
        Metric.FIRST_CALL,
        Metric.RSS,
        Metric.RSS_FRONT,
        Metric.RSS_BACK,
        Metric.RSS_FRONT_PROXY,
        Metric.RSS_BACK_PROXY,
        Metric.RSS_AFTER_GC_FRONT,
        Metric.RSS_AFTER_GC_BACK,
        Metric.HEAP_FRONT,
        Metric.HEAP_BACK),
    LOADED(Metric.CLASSES_FRONT, Metric.CLASSES_BACK, Metric.THREADS_FRONT, Metric.THREADS_BACK),
    HELD(
        Metric.HELD_RSS_FRONT, Metric.HELD_RSS_BACK, Metric.HELD_HEAP_FRONT, Metric.HELD_HEAP_BACK),
    START(
        Metric.PREMAIN,
        Metric.START_WALL,
        Metric.START_CPU,
        Metric.START_CLASSES,
        Metric.START_RSS,
        Metric.JAR),
    ARCHIVE(Metric.START_WALL_CDS, Metric.START_CPU_CDS, Metric.START_WALL_PLAIN),
    EXIT(Metric.EXIT_REFUSED, Metric.EXIT_SILENT);

    private final List<Metric> metrics;

    Section(Metric... metrics) {
      this.metrics = List.of(metrics);
    }
  }

  private String title(Section section) {
    Results.Run run = results.run();
    return switch (section) {
      case CLOSED -> "Closed loop, " + run.connections() + " connections";
      case OPEN ->
          Figure.format(
              "Open loop, %,.0f requests/s; a late request counts from when it was due",
              run.openRate());
      case CPU -> "Processor time, closed loop";
      case ALLOCATED -> "Java heap that is allocated, closed loop";
      case FIRST -> "First call of a new pair, and its memory after 10,000 requests";
      case LOADED -> "Loaded classes and live threads, after 10,000 requests";
      case HELD -> "Memory of the pairs under load, one of each, at the end";
      case START -> "Start of one service, until its first answer";
      case ARCHIVE -> "The same with an AppCDS archive that was made without an agent";
      case EXIT -> "Exit of one service with a dead collector, from SIGTERM";
    };
  }

  private String circumstances() {
    Results.Run run = results.run();
    return Figure.format(
        """
        Measured %s%s on %s, %d cores, %s; client %s, windows of %s s in turn, orders by seed %d.

        ```
        %s
        ```
        """,
        run.date(),
        run.revision().isEmpty() ? "" : " at " + run.revision(),
        run.machine(),
        run.cores(),
        run.jdk(),
        run.client(),
        Figure.format(run.seconds() == Math.rint(run.seconds()) ? "%.0f" : "%s", run.seconds()),
        run.seed(),
        run.command());
  }

  private Table table(Section section) {
    List<Metric> metrics =
        section.metrics.stream()
            .filter(m -> results.variants().stream().anyMatch(v -> v.median(m).isPresent()))
            .toList();
    Table table = new Table(true, heads(metrics));
    if (metrics.isEmpty()) {
      return table;
    }
    for (Measured variant : results.variants()) {
      List<String> row = new ArrayList<>(List.of(marked(variant)));
      metrics.forEach(metric -> row.add(cell(variant, metric)));
      if (!variant.counts() || row.stream().skip(1).anyMatch(cell -> !cell.equals(NOT_KNOWN))) {
        table.row(row);
      }
    }
    return table;
  }

  static String marked(Measured variant) {
    return variant.name() + (variant.counts() ? "" : " ✗");
  }

  private String legend() {
    return """
        Medians of the cycles; in parentheses the median of the ratios to %s of the same cycle, with its \
        95 %% interval in brackets. KB and MB are powers of ten. ✗ did not do its work and does not count.
        """
        .formatted(results.variants().isEmpty() ? "the first" : results.variants().get(0).name());
  }

  private String cell(Measured variant, Metric metric) {
    Optional<Double> median = variant.median(metric);
    if (median.isEmpty()) {
      return NOT_KNOWN;
    }
    String value = Figure.of(metric, median.get());
    Measured first = results.variants().get(0);
    Interval ratio = known.ratio(variant.name(), first.name(), metric).interval();
    return variant == first || !Double.isFinite(ratio.value())
        ? value
        : value + " (" + Figure.withBounds(ratio, Figure::ratio, "") + ")";
  }

  /** What each variant takes more than the first one. */
  private Table added() {
    List<Metric> metrics =
        List.of(
                Metric.CPU,
                Metric.ALLOCATED,
                Metric.FIRST_CALL,
                Metric.RSS_AFTER_GC_FRONT,
                Metric.RSS_AFTER_GC_BACK,
                Metric.START_WALL,
                Metric.START_CPU,
                Metric.EXIT_REFUSED,
                Metric.EXIT_SILENT)
            .stream()
            .filter(m -> results.variants().stream().skip(1).anyMatch(v -> v.median(m).isPresent()))
            .toList();
    List<String> heads = heads(metrics);
    boolean beside = known.wasRun(Budgets.OTEL) && metrics.contains(Metric.CPU);
    if (beside) {
      heads.add("CPU as a share of what otel adds");
    }
    Table table = new Table(true, heads);
    for (Measured variant : results.variants().stream().skip(metrics.isEmpty() ? 99 : 1).toList()) {
      String first = results.variants().get(0).name();
      List<String> row = new ArrayList<>(List.of(marked(variant)));
      for (Metric metric : metrics) {
        Interval added = known.added(variant.name(), first, metric).interval();
        row.add(
            added.measured() ? Figure.withBounds(added, v -> Figure.of(metric, v), "") : NOT_KNOWN);
      }
      if (beside) {
        Interval share = known.share(variant.name(), Budgets.OTEL, first, Metric.CPU).interval();
        row.add(
            share.measured()
                ? Figure.withBounds(share, v -> Figure.format("%.2f", v), "")
                : NOT_KNOWN);
      }
      table.row(row);
    }
    return table;
  }

  private static List<String> heads(List<Metric> metrics) {
    List<String> heads = new ArrayList<>(List.of("variant"));
    for (Metric metric : metrics) {
      String unit = Figure.unit(metric);
      heads.add(metric.title() + (unit.isEmpty() ? "" : " (" + unit + ")"));
    }
    return heads;
  }

  private String budgets() {
    Table table = new Table(false, List.of("what", "budget", "measured", "verdict", "remark"));
    for (Budget budget : Budgets.of(results)) {
      String measured = budget.measured().isEmpty() ? NOT_KNOWN : budget.measured();
      table.row(
          List.of(
              budget.subject(),
              budget.limit(),
              measured,
              budget.verdict().word(),
              budget.remark()));
    }
    return table.markdown();
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>(results.run().notes());
    for (Measured variant : results.variants()) {
      notes.add(variant.name() + ": " + variant.about());
      Drift.of(results, variant).ifPresent(d -> notes.add(variant.name() + ": " + d));
      variant.notes().forEach(note -> notes.add(variant.name() + ": " + note));
    }
    return notes;
  }
}
