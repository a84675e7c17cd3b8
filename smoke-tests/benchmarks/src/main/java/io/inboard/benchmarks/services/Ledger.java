// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Measured;
import io.inboard.benchmarks.report.Metric;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured so far, by variant. One thread writes. */
final class Ledger {
  private final Map<Variant, Entry> entries = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  Ledger(List<Variant> variants) {
    variants.forEach(v -> entries.put(v, new Entry()));
  }

  private static final class Entry {
    private final Map<Metric, List<Double>> values = new EnumMap<>(Metric.class);
    private final List<String> notes = new ArrayList<>();
    private boolean counts = true;
  }

  /** What the variant showed in this cycle of the metrics' series. */
  void add(Variant variant, int cycle, Map<Metric, Double> sample) {
    sample.forEach(
        (metric, value) -> {
          List<Double> its =
              entries.get(variant).values.computeIfAbsent(metric, m -> new ArrayList<>());
          while (its.size() < cycle) {
            its.add(null);
          }
          its.add(rounded(value));
        });
  }

  /** To five digits; more are noise, and make the file long. */
  private static double rounded(double value) {
    return BigDecimal.valueOf(value).round(new MathContext(5)).doubleValue();
  }

  /** Says it once. */
  void note(Variant variant, String text) {
    List<String> said = entries.get(variant).notes;
    if (!said.contains(text)) {
      said.add(text);
      Progress.say(variant + ": " + text);
    }
  }

  /** Concerns all variants. */
  void note(String text) {
    notes.add(text);
    Progress.say(text);
  }

  /** The variant did not do its work: its figures do not count. */
  void strike(Variant variant, String why) {
    entries.get(variant).counts = false;
    note(variant, "does not count: " + why);
  }

  boolean counts(Variant variant) {
    return entries.get(variant).counts;
  }

  List<Variant> struck() {
    return entries.keySet().stream().filter(v -> !entries.get(v).counts).toList();
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  List<Measured> measured() {
    return entries.entrySet().stream().map(e -> measured(e.getKey(), e.getValue())).toList();
  }

  private static Measured measured(Variant variant, Entry entry) {
    return new Measured(
        variant.label(),
        variant.about(),
        entry.counts,
        copy(entry.values),
        List.copyOf(entry.notes));
  }

  /** Lists with null in them, which List.copyOf refuses. */
  private static Map<Metric, List<Double>> copy(Map<Metric, List<Double>> values) {
    Map<Metric, List<Double>> copy = new EnumMap<>(Metric.class);
    values.forEach((metric, its) -> copy.put(metric, new ArrayList<>(its)));
    return copy;
  }
}
