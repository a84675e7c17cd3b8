// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Results that nobody measured. */
final class Sample {
  private Sample() {}

  static Results of(Measured... variants) {
    Results.Run run =
        new Results.Run(
            "openjdk version \"17.0.15\"",
            "A <fine> processor & 8 GB",
            2,
            "jdk",
            16,
            3,
            10,
            400,
            "2026-11-21T19:00:00Z",
            "abc1234",
            "smoke-tests/benchmarks/run services",
            List.of("Something about all."));
    return new Results(run, List.of(variants));
  }

  static Builder variant(String name) {
    return new Builder(name);
  }

  static final class Builder {
    private final String name;
    private boolean counts = true;
    private boolean steady = true;
    private final List<Map<Metric, Double>> rounds = samples();
    private final List<Map<Metric, Double>> starts = samples();
    private final List<Map<Metric, Double>> exits = samples();
    private final List<String> notes = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    private static List<Map<Metric, Double>> samples() {
      return List.of(
          new EnumMap<>(Metric.class), new EnumMap<>(Metric.class), new EnumMap<>(Metric.class));
    }

    /** Three rounds. */
    Builder with(Metric metric, double one, double two, double three) {
      List<Map<Metric, Double>> samples =
          switch (metric) {
            case PREMAIN, START_WALL, START_CPU, START_CLASSES, START_RSS, JAR -> starts;
            case EXIT_REFUSED, EXIT_SILENT -> exits;
            default -> rounds;
          };
      samples.get(0).put(metric, one);
      samples.get(1).put(metric, two);
      samples.get(2).put(metric, three);
      return this;
    }

    Builder with(Metric metric, double value) {
      return with(metric, value, value, value);
    }

    Builder note(String note) {
      notes.add(note);
      return this;
    }

    Builder unsteady() {
      steady = false;
      return note("not steady when measured: after 300 s");
    }

    Builder struck() {
      counts = false;
      return note("does not count: 3 of 9 answers were errors");
    }

    Measured done() {
      return new Measured(name, "about " + name, counts, steady, rounds, starts, exits, notes);
    }
  }
}
