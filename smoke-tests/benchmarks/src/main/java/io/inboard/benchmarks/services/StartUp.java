// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Metric;
import io.inboard.benchmarks.services.Ask.Figures;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One service alone, the front, as each variant starts it: from the start of its process until its
 * own first answer 200, which the harness asks for every 10 ms.
 */
final class StartUp {
  private final Site site;
  private final Certificates certificates;
  private final Sink sink;

  StartUp(Site site, Certificates certificates, Sink sink) {
    this.site = site;
    this.certificates = certificates;
    this.sink = sink;
  }

  /** Those that are started differently; of the others the ledger is told whose start theirs is. */
  static List<Variant> distinct(List<Variant> variants, Ledger ledger) {
    List<Variant> distinct =
        variants.stream()
            .filter(v -> v.startsAs() == v || !variants.contains(v.startsAs()))
            .toList();
    variants.stream()
        .filter(v -> !distinct.contains(v))
        .forEach(v -> ledger.note(v, "its services start as those of " + v.startsAs()));
    return distinct;
  }

  Map<Metric, Double> measure(Variant variant) {
    Map<Metric, Double> sample = start(site, variant);
    switch (variant.agent()) {
      case INBOARD -> sample.put(Metric.JAR, (double) site.agent().toFile().length());
      case OPENTELEMETRY -> sample.put(Metric.JAR, (double) site.openTelemetry().toFile().length());
      case NONE, BARE -> {}
    }
    return sample;
  }

  /**
   * From the archive and, in the same cycle, as ever.
   *
   * @param cached the site whose service starts from the archive
   */
  Map<Metric, Double> archived(Site cached, Variant variant) {
    Map<Metric, Double> with = start(cached, variant);
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    sample.put(Metric.START_WALL_CDS, with.get(Metric.START_WALL));
    sample.put(Metric.START_CPU_CDS, with.get(Metric.START_CPU));
    sample.put(Metric.START_WALL_PLAIN, start(site, variant).get(Metric.START_WALL));
    return sample;
  }

  private Map<Metric, Double> start(Site from, Variant variant) {
    Map<Metric, Double> sample = new EnumMap<>(Metric.class);
    int port = Site.freePort();
    // Nobody is called, so there need be nobody.
    String back = "127.0.0.1:" + Site.freePort();
    long begin = System.nanoTime();
    try (Service service =
        Service.launch(
            from, certificates, variant, Role.FRONT, port, back, sink.endpoint(variant))) {
      service.awaitAnswer("/hello");
      sample.put(Metric.START_WALL, (System.nanoTime() - begin) / 1e9);
      sample.put(Metric.START_CPU, service.cpuMicros() / 1e6);
      service.rssBytes().ifPresent(bytes -> sample.put(Metric.START_RSS, (double) bytes));
      Figures figures = Ask.figures(service.url("/figures"));
      sample.put(Metric.START_CLASSES, (double) figures.classes());
    }
    return sample;
  }
}
