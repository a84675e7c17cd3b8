// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.load.LoadResult;
import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.services.Ask.Figures;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A new pair of services each time: how long its first call takes, a second after both are up; then
 * what each holds after the first 10,000 requests. How much a JVM takes of the system is mostly
 * chance of its heap's growth: the same service without any agent had a heap of 69 MB or of 155 MB
 * (native memory tracking, three runs), so that one pair, measured often, says little. After a
 * collection the JVM gives back what it does not need, and what is left can be compared.
 */
final class FirstCall {
  private static final long AFTER_MILLIS = 1_000;
  private static final int REQUESTS = 10_000;

  private final Site site;
  private final Certificates certificates;
  private final Sink sink;
  private final Load load;
  private final Ledger ledger;

  FirstCall(Site site, Certificates certificates, Sink sink, Load load, Ledger ledger) {
    this.site = site;
    this.certificates = certificates;
    this.sink = sink;
    this.load = load;
    this.ledger = ledger;
  }

  Map<Metric, Double> measure(Variant variant) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    try (Pair pair = Pair.untouched(site, certificates, variant, sink.endpoint(variant))) {
      pause();
      sample.put(Metric.FIRST_CALL, Ask.timed(pair.url()));
      long requests = 0;
      while (requests < REQUESTS) {
        LoadResult loop = load.closed(pair.url(), 1);
        if (loop.errors() > 0) {
          ledger.strike(variant, "a request of a new pair failed: " + loop.firstError());
          return sample;
        }
        requests += loop.requests();
      }
      sample.putAll(pair.rss());
      held(pair, sample);
      pair.rss().forEach((metric, bytes) -> afterGc(metric).ifPresent(m -> sample.put(m, bytes)));
    }
    return sample;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(AFTER_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted", e);
    }
  }

  private static Optional<Metric> afterGc(Metric rss) {
    return switch (rss) {
      case RSS_FRONT -> Optional.of(Metric.RSS_AFTER_GC_FRONT);
      case RSS_BACK -> Optional.of(Metric.RSS_AFTER_GC_BACK);
      default -> Optional.empty();
    };
  }

  private static void held(Pair pair, Map<Metric, Double> sample) {
    Figures front = pair.frontFigures(true);
    Figures back = pair.backFigures(true);
    sample.put(Metric.HEAP_FRONT, (double) front.heapBytes());
    sample.put(Metric.HEAP_BACK, (double) back.heapBytes());
    sample.put(Metric.CLASSES_FRONT, (double) front.classes());
    sample.put(Metric.CLASSES_BACK, (double) back.classes());
    sample.put(Metric.THREADS_FRONT, (double) front.threads());
    sample.put(Metric.THREADS_BACK, (double) back.threads());
  }
}
