// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the tests of the libraries' modules have found since the last {@code mvn clean}: the files
 * that {@code io.inboard.contract.Findings} writes, whose comment says what a line holds.
 *
 * @param works of each version that was tested
 * @param places of the columns, by their titles
 */
record Findings(Map<Version, Works> works, Map<String, Integer> places) {
  private static final int FIELDS = 9;

  /** One line. */
  private record Finding(
      Version version, String onDemand, int place, String column, boolean passed, boolean failed) {}

  /** Of the modules below a folder. */
  static Findings below(Path instrumentation) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> modules = Files.list(instrumentation)) {
      for (Path folder : modules.sorted().map(m -> m.resolve("target/what-works")).toList()) {
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
              lines.addAll(Files.readAllLines(file));
            }
          }
        }
      }
    }
    return of(lines);
  }

  static Findings of(Collection<String> lines) {
    Map<String, String> last = new LinkedHashMap<>();
    for (String line : lines) {
      last.put(line.substring(0, line.lastIndexOf('\t')), line);
    }
    List<Finding> found = last.values().stream().map(Findings::read).toList();
    Map<String, Integer> places = new TreeMap<>();
    found.forEach(f -> places.put(f.column, f.place));
    Map<Version, Works> works = new TreeMap<>();
    found.stream()
        .collect(groupingBy(Finding::version))
        .forEach((version, ofIt) -> works.put(version, works(ofIt)));
    return new Findings(works, places);
  }

  private static Finding read(String line) {
    String[] fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IllegalStateException("no finding, mvn clean removes it: " + line);
    }
    return new Finding(
        new Version(fields[0], Names.of(fields[1]), fields[2]),
        fields[3],
        Integer.parseInt(fields[5]),
        fields[6],
        fields[8].equals("passed"),
        fields[8].equals("failed"));
  }

  private static Works works(List<Finding> found) {
    Set<String> failed =
        found.stream().filter(Finding::failed).collect(mapping(Finding::column, toSet()));
    Set<String> passed =
        found.stream().filter(Finding::passed).collect(mapping(Finding::column, toSet()));
    passed.removeAll(failed);
    // What an ordinary build tests, too, needs no demand.
    String onDemand = found.stream().map(Finding::onDemand).min(String::compareTo).orElse("");
    return new Works(onDemand, passed);
  }
}
