// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of all keys names each one that the reader knows. */
final class ReferenceTest {
  static final Path PAGE = Path.of("src/main/java/io/inboard/settings/REFERENCE.md");

  /** Resembles no key, so that what is said of it lists all keys that may stand there. */
  private static final String NOBODYS_KEY = "qqqqqqqqqqqq";

  private static final Pattern KNOWN = Pattern.compile("known here: ([\\w, ]+)");

  @Test
  void everyKeyThatIsReadStandsThere() throws Exception {
    String page = Files.readString(PAGE);
    Set<String> known = new LinkedHashSet<>();
    for (String example : ReadmeTest.blocks(PAGE)) {
      try {
        new SettingsReader(Map.of(), "app.jar").read(withAKeyInEachMapping(example), "a.yaml");
      } catch (SettingsException e) {
        Matcher lists = KNOWN.matcher(e.problems().toString());
        while (lists.find()) {
          known.addAll(Arrays.asList(lists.group(1).split(", ")));
        }
      }
    }
    assertThat(known).hasSizeGreaterThan(100);
    assertThat(known).allMatch(key -> Pattern.compile("\\b" + key + "\\b").matcher(page).find());
  }

  private static String withAKeyInEachMapping(String example) {
    StringBuilder text = new StringBuilder();
    int indentation = -1;
    int open = 0; // Brackets and braces.
    for (String line : example.split("\n")) {
      String bare = line.replaceAll(" +#.*", "");
      int here = bare.length() - bare.stripLeading().length();
      boolean isItem = bare.startsWith("- ", here) && !bare.startsWith("- {", here);
      boolean begins = open == 0 && bare.matches("[ -]*\\w+:.*");
      if (begins && !isItem && here > indentation) {
        text.append(" ".repeat(here)).append(NOBODYS_KEY + ": 1\n");
      }
      text.append(bare.replace("{", "{" + NOBODYS_KEY + ": 1, ")).append('\n');
      if (isItem && begins) {
        text.append(" ".repeat(here + 2)).append(NOBODYS_KEY + ": 1\n");
      }
      open += count(bare, '{', '[') - count(bare, '}', ']');
      if (begins) {
        indentation = isItem ? here + 2 : here;
      }
    }
    return text.toString();
  }

  private static int count(String line, int one, int other) {
    return (int) line.chars().filter(c -> c == one || c == other).count();
  }
}
