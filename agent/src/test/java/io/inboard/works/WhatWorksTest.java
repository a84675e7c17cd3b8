// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The table of what works in {@code instrumentation/README.md} says nothing that the tests of the
 * libraries' modules, which Maven runs before, have not found; or is written from it. Of two runs,
 * with the oldest versions and with the newest, it belongs to the last one.
 */
@Tag("newest")
final class WhatWorksTest {
  private static final Path INSTRUMENTATION = Path.of("..", "instrumentation");
  private static final Path DOCUMENT = INSTRUMENTATION.resolve("README.md");

  private static final String WRITE =
      "mvn -q -pl agent -am -Dtest=WhatWorksTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dinboard.table=write test";

  @Test
  void theTableSaysWhatTheTestsHaveFound() throws Exception {
    Findings findings = Findings.below(INSTRUMENTATION);
    assertThat(findings.works())
        .as("what the libraries' tests have found: mvn verify runs them before")
        .isNotEmpty();
    String document = Files.readString(DOCUMENT);
    Table table = Table.in(document);
    if (System.getProperty("inboard.table", "").equals("write")) {
      Files.writeString(DOCUMENT, table.with(findings).into(document));
      return;
    }
    List<String> unsaid = table.unsaid(findings);
    if (!unsaid.isEmpty()) {
      System.out.println("works, and the table does not say it; to write it: " + WRITE);
      unsaid.forEach(more -> System.out.println("  " + more));
    }
    assertThat(table.works()).as("the table in %s; to write it: %s", DOCUMENT, WRITE).isNotEmpty();
    assertThat(table.unfounded(findings))
        .as(
            "what %s says and no test has found; after the libraries' tests have run, to write it"
                + " anew: %s",
            DOCUMENT, WRITE)
        .isEmpty();
  }
}
