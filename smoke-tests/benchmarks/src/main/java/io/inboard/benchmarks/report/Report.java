// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run as Markdown that reads in a terminal too: what was measured, as medians of the rounds
 * with ratios to the first variant, and which budgets held. The same results give the same text.
 */
public final class Report {
  /** Rounds closer together than this need no word. */
  private static final double NO_WORD = 0.005;

  private static final String NOT_KNOWN = "–";

  private final Results results;

  private Report(Results results) {
    this.results = results;
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
    OPEN(Metric.OPEN_P50, Metric.OPEN_P99, Metric.OPEN_P999, Metric.OPEN_CPU, Metric.ERRORS),
    CPU(
        Metric.CPU,
        Metric.CPU_FRONT,
        Metric.CPU_BACK,
        Metric.CPU_FRONT_PROXY,
        Metric.CPU_BACK_PROXY),
    ALLOCATED(Metric.ALLOCATED, Metric.ALLOCATED_FRONT, Metric.ALLOCATED_BACK),
    MEMORY(
        Metric.HEAP_FRONT,
        Metric.HEAP_BACK,
        Metric.RSS,
        Metric.RSS_FRONT,
        Metric.RSS_BACK,
        Metric.RSS_FRONT_PROXY,
        Metric.RSS_BACK_PROXY),
    LOADED(Metric.CLASSES_FRONT, Metric.CLASSES_BACK, Metric.THREADS_FRONT, Metric.THREADS_BACK),
    START(
        Metric.PREMAIN,
        Metric.START_WALL,
        Metric.START_CPU,
        Metric.START_CLASSES,
        Metric.START_RSS,
        Metric.START_WALL_CDS,
        Metric.START_CPU_CDS,
        Metric.JAR),
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
      case MEMORY -> "Memory after load";
      case LOADED -> "Loaded classes and live threads, after load";
      case START -> "Start of one service, until its first answer";
      case EXIT -> "Exit of one service with a dead collector, from SIGTERM";
    };
  }

  private String circumstances() {
    Results.Run run = results.run();
    return Figure.format(
        "Measured %s%s on %s, %d cores, %s; client %s, %d rounds of %d s in turn.\n\n```\n%s\n```\n",
        run.date(),
        run.revision().isEmpty() ? "" : " at " + run.revision(),
        run.machine(),
        run.cores(),
        run.jdk(),
        run.client(),
        run.rounds(),
        run.seconds(),
        run.command());
  }

  private Table table(Section section) {
    List<Metric> metrics =
        section.metrics.stream()
            .filter(m -> results.variants().stream().anyMatch(v -> v.shown(m).isPresent()))
            .toList();
    List<String> heads = new ArrayList<>(List.of("variant"));
    for (Metric metric : metrics) {
      String unit = Figure.unit(metric);
      heads.add(metric.title() + (unit.isEmpty() ? "" : " (" + unit + ")"));
    }
    Table table = new Table(true, heads);
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
    String mark = variant.counts() ? variant.steady() ? "" : " ~" : " ✗";
    return variant.name() + mark;
  }

  private String legend() {
    return """
        Medians; (ratio to %s); ± half the distance between the extremes of the rounds. KB and MB are \
        powers of ten. ~ was not steady when measured; ✗ did not do its work and does not count.
        """
        .formatted(results.variants().isEmpty() ? "the first" : results.variants().get(0).name());
  }

  private String cell(Measured variant, Metric metric) {
    Optional<Spread> spread = variant.shown(metric);
    if (spread.isEmpty()) {
      return NOT_KNOWN;
    }
    double median = spread.get().median();
    StringBuilder cell = new StringBuilder(Figure.of(metric, median));
    Measured first = results.variants().get(0);
    Optional<Spread> base = variant == first ? Optional.empty() : first.shown(metric);
    if (base.isPresent() && base.get().median() > 0) {
      cell.append(" (").append(Figure.ratio(median / base.get().median())).append(')');
    }
    double apart = (spread.get().max() - spread.get().min()) / 2 / Math.abs(median);
    if (apart >= NO_WORD && Double.isFinite(apart)) {
      cell.append(" ±").append(Figure.percent(apart));
    }
    return cell.toString();
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
      variant.notes().forEach(note -> notes.add(variant.name() + ": " + note));
    }
    return notes;
  }
}
