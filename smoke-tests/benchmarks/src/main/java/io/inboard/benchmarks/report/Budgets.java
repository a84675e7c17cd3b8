// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import io.inboard.benchmarks.report.Budget.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;

/**
 * What was promised, decided by one run: every variant against "none" of the same cycles, wherever
 * that stands in the list. A budget is met or missed when the interval is on one side of its limit;
 * else it is undecided. Of several variants all must meet it, and the worst is shown.
 */
public final class Budgets {
  static final String NONE = "none";
  static final String TRACING = "tracing";
  static final String MTLS = "mtls";
  static final String EVERYTHING = "everything";
  static final String OFF = "off";
  static final String OTEL = "otel";
  private static final List<String> NATIVES = List.of("native-unlimited", "native");
  private static final List<String> INBOARD = List.of(TRACING, MTLS, EVERYTHING, OFF);

  /** What is this near to none counts as the same. */
  private static final double NOISE = 0.02;

  private final Results results;
  private final List<Budget> rows = new ArrayList<>();

  private Budgets(Results results) {
    this.results = results;
  }

  static List<Budget> of(Results results) {
    Budgets budgets = new Budgets(results);
    budgets.tracing();
    budgets.mtls();
    budgets.throughput(EVERYTHING, NONE, 0.90);
    budgets.off();
    budgets.start();
    budgets.memory();
    budgets.exit();
    budgets.elsewhere();
    return List.copyOf(budgets.rows);
  }

  /** The budgets for which more cycles of this series are worth their time, in words. */
  public static List<String> open(Results results, Series series) {
    return of(results).stream()
        .filter(row -> row.series() == series)
        .filter(row -> row.verdict() != Verdict.NOT_MEASURED && !row.firm())
        .map(row -> row.subject() + ": " + row.limit())
        .toList();
  }

  private void tracing() {
    decide(
        TRACING,
        "added CPU ≤ 1/3 of OpenTelemetry's",
        Limit.atMost(1 / 3.0),
        Metric.CPU,
        List.of(TRACING),
        (known, variant) -> known.share(variant, OTEL, NONE, Metric.CPU),
        share -> Figure.format("%.2f", share),
        "of it");
    added(TRACING, "added allocation ≤ 3 KB a request", 3e3, Metric.ALLOCATED, List.of(TRACING));
    throughput(TRACING, NONE, 0.93);
  }

  private void mtls() {
    throughput(MTLS, NONE, 0.97);
    throughput(MTLS, bestNative(), 1);
    for (Metric metric : List.of(Metric.CLOSED_P99, Metric.OPEN_P99)) {
      ratio(MTLS, metric.title() + " ≤ 1.2x of none", Limit.atMost(1.2), metric, List.of(MTLS));
    }
  }

  /** Of the two ways by hand, that with more throughput. */
  private String bestNative() {
    Known known = new Known(results);
    String best = NATIVES.get(0);
    for (String name : NATIVES) {
      double throughput = known.median(name, Metric.THROUGHPUT).interval().value();
      double others = known.median(best, Metric.THROUGHPUT).interval().value();
      if (throughput > others || Double.isNaN(others)) {
        best = name;
      }
    }
    return best;
  }

  private void off() {
    throughput(OFF, NONE, 1 - NOISE);
    for (Metric metric : List.of(Metric.CPU, Metric.ALLOCATED)) {
      Limit limit = Limit.atMost(1 + NOISE);
      ratio(OFF, metric.title() + " ≤ 1.02x of none", limit, metric, List.of(OFF));
    }
  }

  private void start() {
    decide(
        "start",
        "premain ≤ 100 ms",
        Limit.atMost(100),
        Metric.PREMAIN,
        INBOARD,
        (known, variant) -> known.median(variant, Metric.PREMAIN),
        value -> Figure.of(Metric.PREMAIN, value),
        Figure.unit(Metric.PREMAIN));
    added("start", "a service + ≤ 0.2 s", 0.2, Metric.START_WALL, INBOARD);
    added("start", "a service + ≤ 0.4 s CPU", 0.4, Metric.START_CPU, INBOARD);
    decide(
        "start",
        "with AppCDS made without the agent, faster than without",
        Limit.atMost(1),
        Metric.START_WALL_CDS,
        INBOARD,
        (known, variant) -> known.ratio(variant, Metric.START_WALL_CDS, Metric.START_WALL_PLAIN),
        Figure::ratio,
        "");
    ratio(
        "first call",
        "≤ 1.3x of none, a second after the start",
        Limit.atMost(1.3),
        Metric.FIRST_CALL,
        INBOARD);
  }

  private void memory() {
    for (Metric metric : List.of(Metric.HEAP_FRONT, Metric.HEAP_BACK)) {
      added("memory", metric.title() + " + ≤ 5 MB", 5e6, metric, INBOARD);
    }
    for (Metric metric : List.of(Metric.RSS_AFTER_GC_FRONT, Metric.RSS_AFTER_GC_BACK)) {
      added("memory", metric.title() + " + ≤ 30 MB", 30e6, metric, INBOARD);
    }
  }

  private void exit() {
    List<String> exporting = List.of(TRACING, EVERYTHING);
    added("exit", "+ ≤ 0.5 s, collector refuses", 0.5, Metric.EXIT_REFUSED, exporting);
    added("exit", "+ ≤ 0.5 s, collector silent", 0.5, Metric.EXIT_SILENT, exporting);
    decide(
        "jar",
        "≤ 12 MB",
        Limit.atMost(12e6),
        Metric.JAR,
        INBOARD,
        (known, variant) -> known.exact(variant, Metric.JAR),
        value -> Figure.of(Metric.JAR, value),
        Figure.unit(Metric.JAR));
  }

  /** So that nobody takes the table for all there is. */
  private void elsewhere() {
    notHere("scale", "cost of a call flat in endpoints and destinations", "run micro");
    notHere("policy", "≤ 300 B a call", "run micro PolicyBenchmark");
  }

  private void notHere(String subject, String limit, String where) {
    rows.add(
        new Budget(
            subject,
            limit,
            "",
            Verdict.NOT_MEASURED,
            false,
            Series.LOAD,
            "not by this run: " + where));
  }

  private void throughput(String variant, String other, double least) {
    decide(
        variant,
        "throughput ≥ " + Figure.ratio(least) + " of " + other,
        Limit.atLeast(least),
        Metric.THROUGHPUT,
        List.of(variant),
        (known, v) -> known.ratio(v, other, Metric.THROUGHPUT),
        Figure::ratio,
        "");
  }

  private void ratio(
      String subject, String words, Limit limit, Metric metric, List<String> variants) {
    decide(
        subject,
        words,
        limit,
        metric,
        variants,
        (known, variant) -> known.ratio(variant, NONE, metric),
        Figure::ratio,
        "");
  }

  private void added(
      String subject, String words, double most, Metric metric, List<String> variants) {
    decide(
        subject,
        words,
        Limit.atMost(most),
        metric,
        variants,
        (known, variant) -> known.added(variant, NONE, metric),
        value -> Figure.of(metric, value),
        Figure.unit(metric));
  }

  private void decide(
      String subject,
      String words,
      Limit limit,
      Metric metric,
      List<String> variants,
      BiFunction<Known, String, Bootstrap> figure,
      DoubleFunction<String> written,
      String unit) {
    Known known = new Known(results);
    Worst worst = new Worst(limit);
    for (String variant : variants) {
      if (variants.size() == 1 || known.wasRun(variant)) {
        worst.add(variant, figure.apply(known, variant));
      }
    }
    if (variants.size() > 1 && variants.stream().noneMatch(known::wasRun)) {
      known.miss("none of " + String.join(", ", variants) + " was run");
    }
    String remark = variants.size() == 1 || !worst.measured() ? "" : worst.decidedBy();
    String missing = known.whatIsMissing();
    rows.add(
        new Budget(
            subject,
            words,
            worst.measured() ? Figure.withBounds(worst.interval(), written, unit) : "",
            worst.verdict(),
            worst.firm(),
            metric.series(),
            remark + (remark.isEmpty() || missing.isEmpty() ? "" : "; ") + missing));
  }
}
