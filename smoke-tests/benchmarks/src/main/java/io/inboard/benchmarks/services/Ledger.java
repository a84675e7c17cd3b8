// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import io.inboard.benchmarks.report.Measured;
import io.inboard.benchmarks.report.Metric;
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
    private final List<Map<Metric, Double>> rounds = new ArrayList<>();
    private final List<Map<Metric, Double>> starts = new ArrayList<>();
    private final List<Map<Metric, Double>> exits = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private boolean counts = true;
    private boolean steady = true;
  }

  void round(Variant variant, Map<Metric, Double> sample) {
    entries.get(variant).rounds.add(new EnumMap<>(sample));
  }

  void start(Variant variant, Map<Metric, Double> sample) {
    entries.get(variant).starts.add(new EnumMap<>(sample));
  }

  void exit(Variant variant, Map<Metric, Double> sample) {
    entries.get(variant).exits.add(new EnumMap<>(sample));
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

  /**
   * Its throughput still changed when the warm-up ended: the figures say that they are doubtful.
   */
  void unsteady(Variant variant, String how) {
    entries.get(variant).steady = false;
    note(variant, "not steady when measured: " + how);
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
        entry.steady,
        List.copyOf(entry.rounds),
        List.copyOf(entry.starts),
        List.copyOf(entry.exits),
        List.copyOf(entry.notes));
  }
}
