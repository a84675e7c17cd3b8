// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import io.inboard.benchmarks.report.Budget.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.DoublePredicate;
import java.util.function.ToDoubleFunction;

/**
 * What was promised, decided by one run: medians of the same run against each other. "none" is the
 * measure of all, wherever it stands in the list. Of several variants the worst decides.
 */
final class Budgets {
  private static final String NONE = "none";
  private static final String TRACING = "tracing";
  private static final String MTLS = "mtls";
  private static final String EVERYTHING = "everything";
  private static final String OFF = "off";
  private static final String OTEL = "otel";
  private static final List<String> NATIVES = List.of("native-unlimited", "native");
  private static final List<String> INBOARD = List.of(TRACING, MTLS, EVERYTHING, OFF);

  /** Two windows of a warm-up that are no farther apart count as the same. */
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
    budgets.atLeast(EVERYTHING, NONE, 0.85);
    budgets.off();
    budgets.start();
    budgets.memory();
    budgets.exit();
    budgets.worst(INBOARD, "jar", "≤ 12 MB", 12e6, Metric.JAR, false);
    budgets.elsewhere();
    return List.copyOf(budgets.rows);
  }

  private void tracing() {
    decide(
        TRACING,
        "added CPU ≤ 1/3 of OpenTelemetry's",
        known -> {
          double others = known.added(OTEL, NONE, Metric.CPU);
          if (others <= 0) {
            known.miss("otel added none");
            return Double.NaN;
          }
          return known.added(TRACING, NONE, Metric.CPU) / others;
        },
        share -> share <= 1 / 3.0,
        share -> Figure.format("%.2f of it", share));
    atMost(
        TRACING,
        "added allocation ≤ 3 KB a request",
        3e3,
        Metric.ALLOCATED,
        known -> known.added(TRACING, NONE, Metric.ALLOCATED));
    atLeast(TRACING, NONE, 0.88);
  }

  private void mtls() {
    atLeast(MTLS, NONE, 0.97);
    String best = bestNative();
    atLeast(MTLS, best, 1);
    for (Metric metric : List.of(Metric.CLOSED_P99, Metric.OPEN_P99)) {
      decide(
          MTLS,
          metric.title() + " ≤ 1.2x of none",
          known -> known.ratio(MTLS, NONE, metric),
          ratio -> ratio <= 1.2,
          Figure::ratio);
    }
  }

  /** Of the two ways by hand, that with more throughput. */
  private String bestNative() {
    Known known = new Known(results);
    String best = NATIVES.get(0);
    for (String name : NATIVES) {
      double throughput = known.median(name, Metric.THROUGHPUT);
      double others = known.median(best, Metric.THROUGHPUT);
      if (throughput > others || Double.isNaN(others)) {
        best = name;
      }
    }
    return best;
  }

  private void off() {
    noise(Metric.THROUGHPUT);
    noise(Metric.CPU);
    noise(Metric.ALLOCATED);
  }

  /** Better, or less than 2 % worse, or the rounds of both lie among each other. */
  private void noise(Metric metric) {
    decide(
        OFF,
        metric.title() + " within noise of none",
        known -> {
          double ratio = known.ratio(OFF, NONE, metric);
          return among(known, metric) && !Double.isNaN(ratio) ? 1 : ratio;
        },
        ratio -> metric.moreIsBetter() ? ratio >= 1 - NOISE : ratio <= 1 + NOISE,
        ratio -> Figure.ratio(new Known(results).ratio(OFF, NONE, metric)));
  }

  private static boolean among(Known known, Metric metric) {
    Optional<Spread> one = known.spread(OFF, metric);
    Optional<Spread> other = known.spread(NONE, metric);
    return one.isPresent()
        && other.isPresent()
        && one.get().min() <= other.get().max()
        && other.get().min() <= one.get().max();
  }

  private void start() {
    worst(INBOARD, "start", "premain ≤ 100 ms", 100, Metric.PREMAIN, false);
    worst(INBOARD, "start", "a service + ≤ 0.3 s", 0.3, Metric.START_WALL, true);
    worst(INBOARD, "start", "a service + ≤ 0.5 s CPU", 0.5, Metric.START_CPU, true);
    decide(
        "start",
        "with AppCDS made without the agent, faster than without",
        known ->
            known.worst(
                INBOARD,
                v -> known.median(v, Metric.START_WALL_CDS) / known.median(v, Metric.START_WALL)),
        ratio -> ratio < 1,
        Figure::ratio);
  }

  private void memory() {
    memory("heap + ≤ 5 MB a service", 5e6, Metric.HEAP_FRONT, Metric.HEAP_BACK);
    memory("RSS + ≤ 30 MB a service", 30e6, Metric.RSS_FRONT, Metric.RSS_BACK);
  }

  private void memory(String limit, double most, Metric front, Metric back) {
    atMost(
        "memory",
        limit,
        most,
        front,
        known ->
            known.worst(
                INBOARD, v -> Math.max(known.added(v, NONE, front), known.added(v, NONE, back))));
  }

  private void exit() {
    List<String> exporting = List.of(TRACING, EVERYTHING);
    worst(exporting, "exit", "+ ≤ 1 s, collector refuses", 1, Metric.EXIT_REFUSED, true);
    worst(exporting, "exit", "+ ≤ 1 s, collector silent", 1, Metric.EXIT_SILENT, true);
  }

  /** So that nobody takes the table for all there is. */
  private void elsewhere() {
    notHere("scale", "cost of a call flat in endpoints and destinations", "run micro");
  }

  private void notHere(String subject, String limit, String where) {
    rows.add(new Budget(subject, limit, "", Verdict.NOT_MEASURED, "not by this run: " + where));
  }

  private void atLeast(String variant, String other, double least) {
    decide(
        variant,
        "throughput ≥ " + Figure.ratio(least) + " of " + other,
        known -> known.ratio(variant, other, Metric.THROUGHPUT),
        ratio -> ratio >= least,
        Figure::ratio);
  }

  /** The worst of these variants, by itself or by what it adds to none. */
  private void worst(
      List<String> variants,
      String subject,
      String limit,
      double most,
      Metric metric,
      boolean added) {
    atMost(
        subject,
        limit,
        most,
        metric,
        known ->
            known.worst(
                variants, v -> added ? known.added(v, NONE, metric) : known.median(v, metric)));
  }

  private void atMost(
      String subject, String limit, double most, Metric metric, ToDoubleFunction<Known> value) {
    decide(
        subject,
        limit,
        value,
        measured -> measured <= most,
        measured -> (Figure.of(metric, measured) + " " + Figure.unit(metric)).strip());
  }

  private void decide(
      String subject,
      String limit,
      ToDoubleFunction<Known> value,
      DoublePredicate held,
      DoubleFunction<String> words) {
    Known known = new Known(results);
    double measured = value.applyAsDouble(known);
    rows.add(
        Double.isNaN(measured)
            ? new Budget(subject, limit, "", Verdict.NOT_MEASURED, known.whatIsMissing())
            : new Budget(
                subject,
                limit,
                words.apply(measured),
                Verdict.of(held.test(measured)),
                known.remark()));
  }
}
