// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.load.LoadResult;
import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.services.Ask.Figures;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The measurement itself: every round has all variants in turn, each round beginning with another
 * one; first a closed loop, then an open one at the rate that is the same for all.
 */
final class Rounds {
  /** Pools and queues that emptied while the pair stood still fill again, and are not measured. */
  private static final int SETTLE_SECONDS = 2;

  private final Options options;
  private final Load load;
  private final Ledger ledger;
  private final Driven driven;

  Rounds(Options options, Load load, Ledger ledger, Driven driven) {
    this.options = options;
    this.load = load;
    this.ledger = ledger;
    this.driven = driven;
  }

  /**
   * @param afterEach is told when a round is over
   */
  void measure(List<Pair> pairs, double rate, Runnable afterEach) {
    for (int round = 0; round < options.rounds(); round++) {
      List<Pair> turn = new ArrayList<>(pairs);
      Collections.rotate(turn, -round);
      for (Pair pair : turn) {
        if (ledger.struck().contains(pair.variant())) {
          continue;
        }
        Map<Metric, Double> sample = measure(pair, rate);
        ledger.round(pair.variant(), sample);
        pair.checkAlive();
        Progress.say(
            String.format(
                "round %d/%d %s: %.0f req/s, %.0f us CPU, %.0f bytes a request",
                round + 1,
                options.rounds(),
                pair.variant(),
                sample.get(Metric.THROUGHPUT),
                sample.get(Metric.CPU),
                sample.get(Metric.ALLOCATED)));
      }
      afterEach.run();
    }
  }

  private Map<Metric, Double> measure(Pair pair, double rate) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    driven.add(pair.variant(), load.closed(pair.url(), SETTLE_SECONDS));
    LoadResult closed = closed(pair, sample);
    LoadResult open = open(pair, rate, sample);
    sample.put(Metric.ERRORS, (double) (closed.errors() + open.errors()));
    if (closed.errors() + open.errors() > 0) {
      ledger.strike(
          pair.variant(),
          String.format(
              "%d of %d answers were errors, the first: %s",
              closed.errors() + open.errors(),
              closed.requests() + open.requests(),
              closed.errors() > 0 ? closed.firstError() : open.firstError()));
    }
    sample.putAll(pair.rss());
    held(pair, sample);
    return sample;
  }

  private LoadResult closed(Pair pair, Map<Metric, Double> sample) {
    long frontBefore = pair.frontFigures(false).allocatedBytes();
    long backBefore = pair.backFigures(false).allocatedBytes();
    Map<Metric, Long> cpuBefore = pair.cpu();
    LoadResult loop = load.closed(pair.url(), options.seconds());
    Map<Metric, Long> cpuAfter = pair.cpu();
    double front = pair.frontFigures(false).allocatedBytes() - frontBefore;
    double back = pair.backFigures(false).allocatedBytes() - backBefore;
    driven.add(pair.variant(), loop);
    double requests = Math.max(1, loop.requests());
    cpuAfter.forEach(
        (metric, micros) -> sample.put(metric, (micros - cpuBefore.get(metric)) / requests));
    sample.put(Metric.CPU, total(cpuAfter, cpuBefore) / requests);
    sample.put(Metric.ALLOCATED_FRONT, front / requests);
    sample.put(Metric.ALLOCATED_BACK, back / requests);
    sample.put(Metric.ALLOCATED, (front + back) / requests);
    sample.put(Metric.THROUGHPUT, loop.perSecond());
    sample.put(Metric.CLOSED_P50, loop.p50Micros());
    sample.put(Metric.CLOSED_P99, loop.p99Micros());
    sample.put(Metric.CLOSED_P999, loop.p999Micros());
    return loop;
  }

  private LoadResult open(Pair pair, double rate, Map<Metric, Double> sample) {
    Map<Metric, Long> cpuBefore = pair.cpu();
    LoadResult loop = load.open(pair.url(), rate, options.seconds());
    sample.put(Metric.OPEN_CPU, total(pair.cpu(), cpuBefore) / Math.max(1, loop.requests()));
    driven.add(pair.variant(), loop);
    sample.put(Metric.OPEN_P50, loop.p50Micros());
    sample.put(Metric.OPEN_P99, loop.p99Micros());
    sample.put(Metric.OPEN_P999, loop.p999Micros());
    return loop;
  }

  private static double total(Map<Metric, Long> after, Map<Metric, Long> before) {
    return after.values().stream().mapToDouble(Long::doubleValue).sum()
        - before.values().stream().mapToDouble(Long::doubleValue).sum();
  }

  /** What both keep when nothing is going on. */
  private static void held(Pair pair, Map<Metric, Double> sample) {
    Figures front = pair.frontFigures(true);
    Figures back = pair.backFigures(true);
    sample.put(Metric.HEAP_FRONT, (double) front.heapBytes());
    sample.put(Metric.HEAP_BACK, (double) back.heapBytes());
    sample.put(Metric.HEAP, (double) front.heapBytes() + back.heapBytes());
    sample.put(Metric.CLASSES_FRONT, (double) front.classes());
    sample.put(Metric.CLASSES_BACK, (double) back.classes());
    sample.put(Metric.THREADS_FRONT, (double) front.threads());
    sample.put(Metric.THREADS_BACK, (double) back.threads());
  }
}
