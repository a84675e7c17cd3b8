// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Results that nobody measured. */
final class Sample {
  private static final int CYCLES = 8;

  private Sample() {}

  static Results of(Measured... variants) {
    Results.Run run =
        new Results.Run(
            "openjdk version \"17.0.15\"",
            "A <fine> processor & 8 GB",
            2,
            "jdk",
            16,
            1,
            400,
            7,
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
    private final Map<Metric, List<Double>> values = new EnumMap<>(Metric.class);
    private final List<String> notes = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    /** One a cycle, NaN where there is none. A single one is that of every cycle. */
    Builder with(Metric metric, double... each) {
      values.put(
          metric,
          each.length == 1
              ? Collections.nCopies(CYCLES, each[0])
              : Arrays.stream(each).mapToObj(v -> Double.isNaN(v) ? null : (Double) v).toList());
      return this;
    }

    Builder struck() {
      counts = false;
      notes.add("does not count: 3 of 9 answers were errors");
      return this;
    }

    Measured done() {
      return new Measured(name, "about " + name, counts, values, notes);
    }
  }
}
