// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.services.Ask.Figures;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One service alone, the front, as each variant starts it: from the start of its process until its
 * own first answer 200, which the harness asks for every 10 ms. Then the same with an AppCDS
 * archive, as Spring Boot recommends it, that knows no agent.
 */
final class StartUp {
  private final Site site;
  private final Certificates certificates;
  private final Sink sink;
  private final Ledger ledger;

  StartUp(Site site, Certificates certificates, Sink sink, Ledger ledger) {
    this.site = site;
    this.certificates = certificates;
    this.sink = sink;
    this.ledger = ledger;
  }

  void measure(List<Variant> variants, int rounds) {
    List<Variant> distinct =
        variants.stream()
            .filter(v -> v.startsAs() == v || !variants.contains(v.startsAs()))
            .toList();
    variants.stream()
        .filter(v -> !distinct.contains(v))
        .forEach(v -> ledger.note(v, "its services start as those of " + v.startsAs()));
    Site cached = Archive.of(site);
    // The first start of all reads the files from disk; it is nobody's.
    start(site, distinct.get(0), Metric.START_WALL, Metric.START_CPU);
    for (int round = 0; round < rounds; round++) {
      for (Variant variant : distinct) {
        Map<Metric, Double> sample = start(site, variant, Metric.START_WALL, Metric.START_CPU);
        sizes(variant, sample);
        Map<Metric, Double> withArchive =
            start(cached, variant, Metric.START_WALL_CDS, Metric.START_CPU_CDS);
        sample.put(Metric.START_WALL_CDS, withArchive.get(Metric.START_WALL_CDS));
        sample.put(Metric.START_CPU_CDS, withArchive.get(Metric.START_CPU_CDS));
        ledger.start(variant, sample);
        Progress.say(
            String.format(
                "start %d/%d %s: %.2f s, %.2f s CPU, with AppCDS %.2f s",
                round + 1,
                rounds,
                variant,
                sample.get(Metric.START_WALL),
                sample.get(Metric.START_CPU),
                sample.get(Metric.START_WALL_CDS)));
      }
    }
  }

  private Map<Metric, Double> start(Site from, Variant variant, Metric wall, Metric cpu) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    int port = Site.freePort();
    // Nobody is called, so there need be nobody.
    String back = "127.0.0.1:" + Site.freePort();
    long begin = System.nanoTime();
    try (Service service =
        Service.launch(
            from, certificates, variant, Role.FRONT, port, back, sink.endpoint(variant))) {
      service.awaitAnswer("/hello");
      sample.put(wall, (System.nanoTime() - begin) / 1e9);
      sample.put(cpu, service.cpuMicros() / 1e6);
      service.rssBytes().ifPresent(bytes -> sample.put(Metric.START_RSS, (double) bytes));
      Figures figures = Ask.figures(service.url("/figures"));
      sample.put(Metric.START_CLASSES, (double) figures.classes());
    }
    return sample;
  }

  private void sizes(Variant variant, Map<Metric, Double> sample) {
    switch (variant.agent()) {
      case INBOARD -> sample.put(Metric.JAR, (double) site.agent().toFile().length());
      case OPENTELEMETRY -> sample.put(Metric.JAR, (double) site.openTelemetry().toFile().length());
      case NONE -> {}
    }
  }
}
