// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What one budget is computed from. What is missing becomes NaN and is remembered, so that the
 * arithmetic reads as the budget does.
 */
final class Known {
  private final Results results;
  private final Set<String> missing = new LinkedHashSet<>();
  private final Set<String> unsteady = new LinkedHashSet<>();
  private String decidedBy = "";

  Known(Results results) {
    this.results = results;
  }

  /** The median of the rounds. */
  double median(String variant, Metric metric) {
    return spread(variant, metric).map(Spread::median).orElse(Double.NaN);
  }

  Optional<Spread> spread(String variant, Metric metric) {
    Optional<Measured> measured =
        results.variants().stream().filter(v -> v.name().equals(variant)).findFirst();
    if (measured.isEmpty()) {
      missing.add(variant + " was not run");
      return Optional.empty();
    }
    if (!measured.get().counts()) {
      missing.add(variant + " does not count");
      return Optional.empty();
    }
    Optional<Spread> spread = measured.get().spread(metric);
    if (spread.isEmpty()) {
      missing.add("no " + metric.title());
    } else if (!measured.get().steady() && measured.get().inRounds(metric)) {
      unsteady.add(variant);
    }
    return spread;
  }

  double ratio(String variant, String to, Metric metric) {
    return median(variant, metric) / median(to, metric);
  }

  double added(String variant, String to, Metric metric) {
    return median(variant, metric) - median(to, metric);
  }

  /** The largest that is known, whose name goes into the remark; NaN if none is. */
  double worst(List<String> variants, ToDoubleFunction<String> value) {
    double worst = Double.NaN;
    for (String variant : run(variants)) {
      double its = value.applyAsDouble(variant);
      if (Double.isNaN(worst) || its > worst) {
        worst = its;
        decidedBy = variant;
      }
    }
    // The others do not make this one doubtful.
    unsteady.removeIf(variant -> variants.contains(variant) && !variant.equals(decidedBy));
    if (Double.isNaN(worst) && missing.isEmpty()) {
      missing.add("none of " + String.join(", ", variants) + " was run");
    }
    return worst;
  }

  void miss(String why) {
    missing.add(why);
  }

  /** Why there is no verdict. */
  String whatIsMissing() {
    return String.join(", ", missing);
  }

  /** Who decided, and what makes the verdict doubtful; empty if there is nothing to say. */
  String remark() {
    List<String> said = new ArrayList<>();
    if (!decidedBy.isEmpty()) {
      said.add(decidedBy);
    }
    unsteady.forEach(variant -> said.add(variant + " was not steady"));
    said.addAll(missing);
    return String.join("; ", said);
  }

  private List<String> run(List<String> variants) {
    Set<String> names = results.variants().stream().map(Measured::name).collect(Collectors.toSet());
    return variants.stream().filter(names::contains).toList();
  }
}
