// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever cites RATIONALE.md, Order or another section, in any module, finds it there. */
final class RationaleTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final Path PAGE = Path.of("src/main/java/io/inboard/policy/RATIONALE.md");
  private static final String SECTION = "[A-Z][a-z-]+\\b(?!')";
  private static final Pattern CITATION =
      Pattern.compile("RATIONALE\\.md,? (" + SECTION + "(?:(?:, | and )" + SECTION + ")*)");

  @Test
  void everySectionThatIsCitedExists() throws IOException {
    Set<String> sections = found("(?m)^## ([\\w-]+)", Files.readString(PAGE));
    List<String> dangling = new ArrayList<>();
    Set<String> cited = new TreeSet<>();
    for (Path file : sources()) {
      for (MatchResult citation : CITATION.matcher(text(file)).results().toList()) {
        for (String section : citation.group(1).split(", | and ")) {
          cited.add(section);
          if (!sections.contains(section)) {
            dangling.add(file + " cites " + section);
          }
        }
      }
    }
    assertThat(dangling).isEmpty();
    assertThat(cited).hasSizeGreaterThan(10);
  }

  @Test
  void everyScenarioThatIsCitedExists() throws IOException {
    Set<String> scenarios = found("(?m)^\\| (T\\d+) \\|", Files.readString(PAGE));
    for (Path file : sources()) {
      String text = text(file);
      if (text.contains("RATIONALE.md, Scenarios")) {
        assertThat(scenarios).as(file.toString()).containsAll(found("\\b(T\\d+)\\b", text));
      }
    }
  }

  /** Without the breaks and stars of a comment. */
  private static String text(Path file) throws IOException {
    return Files.readString(file).replaceAll("\\s+(?:\\*|//)?\\s*", " ");
  }

  private static Set<String> found(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toSet());
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String folder : List.of("bootstrap", "agent", "instrumentation", "smoke-tests")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.toString().contains("/target/"))
            .forEach(sources::add);
      }
    }
    return sources;
  }
}
