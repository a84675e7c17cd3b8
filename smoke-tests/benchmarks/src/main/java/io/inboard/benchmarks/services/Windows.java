// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.load.LoadResult;
import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.services.Ask.Figures;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** One turn of a pair that stays alive: a window of load, and what it took. */
final class Windows {
  /**
   * Connections and pools that emptied while the pair stood still fill again: not part of the
   * window, but of the processor time, as what follows from one follows from the other.
   */
  /** Of processor time; an answer takes ten times as much at least. */
  private static final double AT_WORK_MICROS = 2;

  private static final double SETTLE_SECONDS = 0.25;

  private final double seconds;
  private final Load load;
  private final Ledger ledger;
  private final Driven driven;

  /** Above this the exact way of counting has lost threads that ended. */
  private static final double OF_NO_MATTER = 0.01;

  /** What each pair had used before its first turn. */
  private final Map<Pair, Reading> first = new HashMap<>();

  /** What each pair had used when its last turn was over, and when that was. */
  private final Map<Pair, Reading> last = new HashMap<>();

  Windows(double seconds, Load load, Ledger ledger, Driven driven) {
    this.seconds = seconds;
    this.load = load;
    this.ledger = ledger;
    this.driven = driven;
  }

  private record Reading(Map<Metric, Long> cpu, long coarseMicros, long at) {
    static Reading of(Pair pair) {
      return new Reading(pair.cpu(), pair.coarseCpuMicros(), System.nanoTime());
    }

    double nanosUntil(Reading later) {
      return later.cpu.entrySet().stream()
          .mapToDouble(e -> e.getValue() - cpu.get(e.getKey()))
          .sum();
    }
  }

  /** All connections are busy, always. */
  Map<Metric, Double> closed(Pair pair) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    long front = pair.frontFigures(false).allocatedBytes();
    long back = pair.backFigures(false).allocatedBytes();
    Reading before = Reading.of(pair);
    first.putIfAbsent(pair, before);
    atRest(pair, before, sample);
    LoadResult settled = load.closed(pair.url(), SETTLE_SECONDS);
    LoadResult window = load.closed(pair.url(), seconds);
    Reading after = Reading.of(pair);
    last.put(pair, after);
    double requests = Math.max(1, settled.requests() + window.requests());
    double frontBytes = pair.frontFigures(false).allocatedBytes() - front;
    double backBytes = pair.backFigures(false).allocatedBytes() - back;
    after.cpu.forEach(
        (metric, nanos) -> sample.put(metric, (nanos - before.cpu.get(metric)) / requests / 1e3));
    sample.put(Metric.CPU, before.nanosUntil(after) / requests / 1e3);
    if (sample.get(Metric.CPU_BACK) < AT_WORK_MICROS) {
      ledger.strike(pair.variant(), "the front did not call the back of its own pair");
    }
    sample.put(Metric.ALLOCATED_FRONT, frontBytes / requests);
    sample.put(Metric.ALLOCATED_BACK, backBytes / requests);
    sample.put(Metric.ALLOCATED, (frontBytes + backBytes) / requests);
    sample.put(Metric.THROUGHPUT, window.perSecond());
    sample.put(Metric.CLOSED_P50, window.p50Micros());
    sample.put(Metric.CLOSED_P99, window.p99Micros());
    sample.put(Metric.CLOSED_P999, window.p999Micros());
    count(pair, settled, window);
    return sample;
  }

  private void atRest(Pair pair, Reading now, Map<Metric, Double> sample) {
    Reading before = last.get(pair);
    if (before != null) {
      double rest = (now.at - before.at) / 1e9;
      sample.put(Metric.CPU_IDLE, before.nanosUntil(now) / 1e3 / rest);
    }
  }

  /**
   * Notes it when all turns together took other processor time by threads than the system says of
   * the processes, whose coarse steps do not matter over so long a time.
   */
  void checkProcessorTime(Pair pair) {
    Reading begin = first.get(pair);
    Reading end = last.get(pair);
    if (end == null) {
      return;
    }
    double share = begin.nanosUntil(end) / 1e3 / (end.coarseMicros - begin.coarseMicros);
    String said = String.format("its threads account for %.1f %% of its CPU", share * 100);
    if (Math.abs(share - 1) > OF_NO_MATTER) {
      ledger.note(pair.variant(), said);
    } else {
      Progress.say(pair.variant() + ": " + said);
    }
  }

  /** Requests are due at this rate, which is the same for all. */
  Map<Metric, Double> open(Pair pair, double rate) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    LoadResult settled = load.closed(pair.url(), SETTLE_SECONDS);
    Reading before = Reading.of(pair);
    LoadResult window = load.open(pair.url(), rate, seconds);
    double nanos = before.nanosUntil(Reading.of(pair));
    sample.put(Metric.OPEN_CPU, nanos / Math.max(1, window.requests()) / 1e3);
    sample.put(Metric.OPEN_P50, window.p50Micros());
    sample.put(Metric.OPEN_P99, window.p99Micros());
    sample.put(Metric.OPEN_P999, window.p999Micros());
    count(pair, settled, window);
    return sample;
  }

  /** An answer that is not right strikes the variant. */
  private void count(Pair pair, LoadResult settled, LoadResult window) {
    driven.add(pair.variant(), settled);
    driven.add(pair.variant(), window);
    pair.checkAlive();
    long errors = settled.errors() + window.errors();
    if (errors > 0) {
      ledger.strike(
          pair.variant(),
          String.format(
              "%d of %d answers were errors, the first: %s",
              errors,
              settled.requests() + window.requests(),
              window.errors() > 0 ? window.firstError() : settled.firstError()));
    }
  }

  /** What both keep after all of it. */
  static Map<Metric, Double> held(Pair pair) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    Map<Metric, Double> rss = pair.rss();
    sample.put(Metric.HELD_RSS_FRONT, rss.getOrDefault(Metric.RSS_FRONT, Double.NaN));
    sample.put(Metric.HELD_RSS_BACK, rss.getOrDefault(Metric.RSS_BACK, Double.NaN));
    Figures front = pair.frontFigures(true);
    Figures back = pair.backFigures(true);
    sample.put(Metric.HELD_HEAP_FRONT, (double) front.heapBytes());
    sample.put(Metric.HELD_HEAP_BACK, (double) back.heapBytes());
    sample.values().removeIf(value -> value.isNaN());
    return sample;
  }
}
