// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one variant showed.
 *
 * @param name as on the command line
 * @param about one line for who reads the report
 * @param counts false when answers were wrong or signals did not arrive: the figures are kept, but
 *     no report may show them as a result; the notes say why
 * @param steady false when its throughput still changed at the end of the warm-up
 * @param rounds what was measured under load, a map a round
 * @param starts what was measured at start-up, a map a start
 * @param exits what was measured at exit, a map an exit
 * @param notes what a reader must know
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Measured(
    String name,
    String about,
    boolean counts,
    boolean steady,
    List<Map<Metric, Double>> rounds,
    List<Map<Metric, Double>> starts,
    List<Map<Metric, Double>> exits,
    List<String> notes) {
  /** Empty when it was not measured, or not for this variant. */
  public Optional<Spread> spread(Metric metric) {
    double[] values =
        Stream.of(rounds, starts, exits)
            .flatMap(List::stream)
            .map(sample -> sample.get(metric))
            .filter(value -> value != null)
            .mapToDouble(Double::doubleValue)
            .toArray();
    return values.length == 0 ? Optional.empty() : Optional.of(Spread.of(values));
  }

  /** As {@link #spread}, but nothing of a variant that does not count. */
  Optional<Spread> shown(Metric metric) {
    return counts ? spread(metric) : Optional.empty();
  }

  boolean inRounds(Metric metric) {
    return rounds.stream().anyMatch(sample -> sample.containsKey(metric));
  }
}
