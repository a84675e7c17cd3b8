// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The table between two marks of a document, one part for clients and one for servers. Versions of
 * a library with which the same works share a row: first those that every build tests, then, behind
 * what has to be said for it, those that are tested on demand.
 *
 * @param works what it claims
 * @param columns titles in their order
 */
record Table(Map<Version, Works> works, List<String> columns) {
  static final String BEGIN = "<!-- what works: written by WhatWorksTest, not by hand -->";
  static final String END = "<!-- what works: end -->";

  private static final Map<String, String> PARTS =
      new TreeMap<>(Map.of("client", "**Clients**", "server", "**Servers**"));

  private static final String YES = "yes";

  /** What a document says; empty if it has no table yet. */
  static Table in(String document) {
    Map<Version, Works> works = new TreeMap<>();
    Set<String> columns = new LinkedHashSet<>();
    String kind = "";
    List<String> titles = List.of();
    Place place = Place.in(document);
    for (String line : document.substring(place.begin, place.end).lines().toList()) {
      for (Map.Entry<String, String> part : PARTS.entrySet()) {
        if (line.equals(part.getValue())) {
          kind = part.getKey();
          titles = List.of();
        }
      }
      if (!line.startsWith("| ")) {
        continue; // Not a row, or the line below the titles.
      }
      List<String> cells = cells(line);
      if (titles.isEmpty()) {
        titles = cells.subList(2, cells.size());
        columns.addAll(titles);
        continue;
      }
      Set<String> yes = new TreeSet<>();
      for (int i = 0; i < titles.size(); i++) {
        if (cells.get(i + 2).equals(YES)) {
          yes.add(titles.get(i));
        }
      }
      for (Map.Entry<String, String> number : numbers(cells.get(1)).entrySet()) {
        works.put(
            new Version(kind, cells.get(0), number.getKey()), new Works(number.getValue(), yes));
      }
    }
    return new Table(works, List.copyOf(columns));
  }

  private static List<String> cells(String line) {
    String[] cells = line.substring(1).split("\\|", -1);
    return Arrays.stream(cells).limit(cells.length - 1).map(String::strip).toList();
  }

  /** {@code 5.0, 5.6.1; `-Dall`: 5.2.3}: each number, and what it is tested on demand by. */
  private static Map<String, String> numbers(String cell) {
    Map<String, String> numbers = new LinkedHashMap<>();
    for (String group : cell.split("; ")) {
      int colon = group.indexOf("`: ");
      String onDemand = colon < 0 ? "" : group.substring(1, colon);
      for (String number : group.substring(colon < 0 ? 0 : colon + 3).split(", ")) {
        numbers.put(number, onDemand);
      }
    }
    return numbers;
  }

  /** Between the marks. */
  private record Place(int begin, int end) {
    static Place in(String document) {
      int begin = document.indexOf(BEGIN);
      int end = document.indexOf(END);
      if (begin < 0 || end < begin) {
        throw new IllegalStateException("the marks are missing: " + BEGIN + " and " + END);
      }
      return new Place(begin + BEGIN.length(), end);
    }
  }

  /**
   * The same, once the findings were written into it. Of a library that was tested, what is said of
   * versions that were not goes, but for those that are tested on demand.
   */
  Table with(Findings findings) {
    Map<Version, Works> all = new TreeMap<>(works);
    Set<String> tested = new TreeSet<>();
    findings.works().keySet().forEach(v -> tested.add(v.library()));
    all.entrySet()
        .removeIf(e -> tested.contains(e.getKey().library()) && e.getValue().onDemand().isEmpty());
    all.putAll(findings.works());
    Set<String> titles = new LinkedHashSet<>(columns);
    titles.addAll(findings.places().keySet());
    List<String> sorted = new ArrayList<>(titles);
    sorted.sort(Comparator.comparingInt(t -> findings.places().getOrDefault(t, 1000)));
    return new Table(all, sorted);
  }

  /** The document with this table between the marks. */
  String into(String document) {
    Place place = Place.in(document);
    StringBuilder text = new StringBuilder(document.substring(0, place.begin)).append('\n');
    for (Map.Entry<String, String> part : PARTS.entrySet()) {
      append(part.getKey(), part.getValue(), text);
    }
    return text.append('\n').append(document.substring(place.end)).toString();
  }

  /** A row's versions have the same library and the same columns. */
  private record Row(String library, Set<String> yes) {}

  private void append(String kind, String heading, StringBuilder text) {
    Map<Row, List<Version>> rows = new LinkedHashMap<>();
    Set<String> used = new TreeSet<>();
    works.forEach(
        (version, what) -> {
          if (version.kind().equals(kind)) {
            Row row = new Row(version.library(), what.columns());
            rows.computeIfAbsent(row, r -> new ArrayList<>()).add(version);
            used.addAll(what.columns());
          }
        });
    if (rows.isEmpty()) {
      return;
    }
    List<String> titles = columns.stream().filter(used::contains).toList();
    text.append("\n").append(heading).append("\n\n");
    line(List.of("library", "versions"), titles, text);
    text.append("|---|---|").append("---|".repeat(titles.size())).append("\n");
    rows.forEach(
        (row, versions) ->
            line(
                List.of(row.library, numbers(versions)),
                titles.stream().map(t -> row.yes.contains(t) ? YES : "").toList(),
                text));
  }

  private static void line(List<String> first, List<String> rest, StringBuilder text) {
    List<String> cells = new ArrayList<>(first);
    cells.addAll(rest);
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private String numbers(List<Version> versions) {
    Map<String, List<String>> groups = new TreeMap<>();
    for (Version version : versions) {
      String onDemand = works.get(version).onDemand();
      groups.computeIfAbsent(onDemand, d -> new ArrayList<>()).add(version.number());
    }
    return groups.entrySet().stream()
        .map(
            group ->
                (group.getKey().isEmpty() ? "" : "`" + group.getKey() + "`: ")
                    + String.join(", ", group.getValue()))
        .collect(Collectors.joining("; "));
  }

  /**
   * What the table says and the tests did not find. Of versions that are tested on demand, and of
   * other JDKs, nothing is said where they were not tested.
   */
  List<String> unfounded(Findings findings) {
    List<String> problems = new ArrayList<>();
    works.forEach(
        (version, claimed) -> {
          Works found = findings.works().get(version);
          if (found == null) {
            if (claimed.onDemand().isEmpty() && !anotherJdkOf(version, findings)) {
              problems.add(version + ": no test has run with it");
            }
            return;
          }
          for (String column : new TreeSet<>(claimed.columns())) {
            if (!found.columns().contains(column)) {
              problems.add(version + ": no test has shown '" + column + "', or one has failed");
            }
          }
        });
    return problems;
  }

  private static boolean anotherJdkOf(Version version, Findings findings) {
    return version.ofTheJdk()
        && findings.works().keySet().stream().anyMatch(v -> v.library().equals(version.library()));
  }

  /** What the tests found and the table does not say; no mistake. */
  List<String> unsaid(Findings findings) {
    List<String> more = new ArrayList<>();
    findings
        .works()
        .forEach(
            (version, found) -> {
              Set<String> columns = new TreeSet<>(found.columns());
              if (works.containsKey(version)) {
                columns.removeAll(works.get(version).columns());
              }
              if (!columns.isEmpty()) {
                more.add(version + ": " + String.join(", ", columns));
              }
            });
    return more;
  }
}
