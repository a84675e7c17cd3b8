// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
  private static final String EMPTY = "before\n" + Table.BEGIN + "\n" + Table.END + "\nafter\n";

  private static final String WRITTEN =
      """
      before
      <!-- what works: written by WhatWorksTest, not by hand -->

      **Clients**

      | library | versions | tracing | hedging |
      |---|---|---|---|
      | OkHttp | 3.9.1, 3.14.9; `-Dall`: 4.12.0 | yes |  |
      | OkHttp | 5.5.1 | yes | yes |

      **Servers**

      | library | versions | tracing |
      |---|---|---|
      | `com.sun.net.httpserver` | JDK 17; `-Dinboard.test.jvm`: JDK 27 | yes |

      <!-- what works: end -->
      after
      """;

  /** As found by all tests. */
  private static List<String> all() {
    return new ArrayList<>(
        List.of(
            okhttp("5.5.1", "", "tracing", "passed"),
            okhttp("5.5.1", "", "hedging", "passed"),
            okhttp("4.12.0", "-Dall", "tracing", "passed"),
            okhttp("3.14.9", "", "tracing", "passed"),
            okhttp("3.14.9", "", "hedging", "skipped"),
            okhttp("3.9.1", "", "tracing", "passed"),
            server("JDK 17", "", "passed"),
            server("JDK 27", "-Dinboard.test.jvm", "passed")));
  }

  private static String okhttp(String version, String demand, String column, String outcome) {
    String place = column.equals("tracing") ? "0" : "6";
    return String.join(
        "\t", "client", "okhttp", version, demand, "17", place, column, "T#" + column, outcome);
  }

  private static String server(String version, String demand, String outcome) {
    return String.join(
        "\t", "server", "jdk-http-server", version, demand, "17", "0", "tracing", "S#t", outcome);
  }

  private static List<String> unfounded(List<String> lines) {
    return Table.in(WRITTEN).unfounded(Findings.of(lines));
  }

  @Test
  void versionsWithWhichTheSameWorksShareARow() {
    assertThat(Table.in(EMPTY).with(Findings.of(all())).into(EMPTY)).isEqualTo(WRITTEN);
  }

  @Test
  void whatWasWrittenIsRead() {
    Table table = Table.in(WRITTEN);
    assertThat(table.works()).isEqualTo(Findings.of(all()).works());
    assertThat(table.into(WRITTEN)).isEqualTo(WRITTEN);
  }

  @Test
  void itSaysWhatTheTestsFound() {
    assertThat(unfounded(all())).isEmpty();
  }

  @Test
  void whatFailedIsUnfounded() {
    List<String> lines = all();
    lines.add(okhttp("5.5.1", "", "hedging", "failed"));
    assertThat(unfounded(lines))
        .containsExactly("OkHttp 5.5.1: no test has shown 'hedging', or one has failed");
  }

  @Test
  void whatPassedAtASecondTryCounts() {
    List<String> lines = all();
    lines.add(okhttp("5.5.1", "", "hedging", "failed"));
    lines.add(okhttp("5.5.1", "", "hedging", "passed"));
    assertThat(unfounded(lines)).isEmpty();
  }

  @Test
  void oneOfSeveralTestsThatFailsIsEnough() {
    List<String> lines = all();
    lines.add(okhttp("5.5.1", "", "hedging", "failed").replace("T#hedging", "T#another"));
    assertThat(unfounded(lines)).hasSize(1);
  }

  @Test
  void whatWasSkippedOrDidNotRunIsUnfounded() {
    List<String> lines = all();
    lines.replaceAll(l -> l.contains("hedging") ? l.replace("passed", "skipped") : l);
    assertThat(unfounded(lines)).hasSize(1);
    lines.removeIf(l -> l.contains("hedging"));
    assertThat(unfounded(lines)).hasSize(1);
  }

  @Test
  void aVersionThatNoTestRanWithIsUnfounded() {
    List<String> lines = all();
    lines.removeIf(l -> l.contains("3.9.1"));
    assertThat(unfounded(lines)).containsExactly("OkHttp 3.9.1: no test has run with it");
  }

  @Test
  void aVersionThatIsTestedOnDemandIsJudgedWhenItWas() {
    List<String> lines = all();
    lines.removeIf(l -> l.contains("4.12.0"));
    assertThat(unfounded(lines)).isEmpty();
    lines.add(okhttp("4.12.0", "-Dall", "tracing", "failed"));
    assertThat(unfounded(lines)).hasSize(1);
  }

  @Test
  void oneJdkOfTheTableIsEnoughForWhatTheJdkBrings() {
    List<String> lines = all();
    lines.removeIf(l -> l.contains("JDK "));
    assertThat(unfounded(lines)).hasSize(1);
    lines.add(server("JDK 21", "", "passed"));
    assertThat(unfounded(lines)).isEmpty();
  }

  @Test
  void whatIsNewIsNoMistakeAndIsTold() {
    List<String> lines = all();
    lines.add(okhttp("6.0.0", "", "tracing", "passed"));
    assertThat(unfounded(lines)).isEmpty();
    assertThat(Table.in(WRITTEN).unsaid(Findings.of(lines)))
        .containsExactly("OkHttp 6.0.0: tracing");
  }

  @Test
  void writingItAnewAfterSomeTestsLeavesOtherLibrariesAlone() {
    List<String> lines = all();
    lines.removeIf(l -> l.contains("JDK ") || l.contains("3.9.1") || l.contains("4.12.0"));
    Table table = Table.in(WRITTEN).with(Findings.of(lines));
    assertThat(table.into(WRITTEN)).isEqualTo(WRITTEN.replace("3.9.1, ", ""));
  }
}
