// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one variant showed.
 *
 * @param name as on the command line
 * @param about one line for who reads the report
 * @param counts false when answers were wrong or signals did not arrive: the figures are kept, but
 *     no report may show them as a result; the notes say why
 * @param values by metric, one a cycle of its {@link Series}: what has the same place was measured
 *     in the same cycle as that of the other variants; null where this variant has none
 * @param notes what a reader must know
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Measured(
    String name,
    String about,
    boolean counts,
    Map<Metric, List<Double>> values,
    List<String> notes) {

  /** A value a cycle, NaN where there is none. Empty if it was not measured or does not count. */
  double[] shown(Metric metric) {
    return counts
        ? values.getOrDefault(metric, List.of()).stream()
            .mapToDouble(v -> v == null ? Double.NaN : v)
            .toArray()
        : new double[0];
  }

  /** The middle one; empty if there is none, or the variant does not count. */
  Optional<Double> median(Metric metric) {
    double[] known = Arrays.stream(shown(metric)).filter(v -> !Double.isNaN(v)).toArray();
    return known.length == 0 ? Optional.empty() : Optional.of(Bootstrap.median(known));
  }
}
