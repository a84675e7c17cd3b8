// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code .ci/run} says of tests that passed only when they were tried again. */
final class SecondTriesTest {
  /** As Surefire 3.5 writes it. */
  private static final String REPORT =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="shop.FlakyTest" tests="4" errors="0" skipped="0" failures="0">
        <testcase name="of(String)[1] &quot;a&amp;b&quot;" classname="shop.FlakyTest" time="0.002">
          <flakyFailure message="first &lt;testcase name=&quot;x&quot;&gt;" type="AssertionFailedError">
            <stackTrace><![CDATA[AssertionFailedError: expected: <true> but was: <false>
      	at shop.FlakyTest.of(FlakyTest.java:10)
      ]]></stackTrace>
          </flakyFailure>
          <flakyFailure message="the second time, too" type="AssertionFailedError"/>
        </testcase>
        <testcase name="good" classname="shop.FlakyTest" time="0.004"/>
        <testcase name="error" classname="shop.FlakyTest" time="0.001">
          <flakyError message="at first" type="java.lang.IllegalStateException"/>
        </testcase>
        <testcase name="bad" classname="shop.FlakyTest" time="0.001">
          <failure message="each time" type="AssertionFailedError"/>
          <rerunFailure message="each time" type="AssertionFailedError"/>
        </testcase>
      </testsuite>
      """;

  @TempDir Path directory;
  private Path marker;

  @BeforeEach
  void begin() throws IOException {
    marker = Files.createFile(directory.resolve("marker"));
    Files.setLastModifiedTime(marker, FileTime.from(Instant.now().minusSeconds(60)));
  }

  @Test
  void eachIsNamedOnce() throws Exception {
    report("module/target/surefire-reports/TEST-shop.FlakyTest.xml");
    report("deep/module/target/failsafe-reports/TEST-shop.FlakyTest.xml");
    assertThat(secondTries())
        .containsExactly("shop.FlakyTest#error", "shop.FlakyTest#of(String)[1] \"a&b\"");
  }

  @Test
  void theReportsOfAnEarlierRunAreNotReadAgain() throws Exception {
    Path old = report("module/target/surefire-reports/TEST-shop.FlakyTest.xml");
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(120)));
    assertThat(secondTries()).isEmpty();
  }

  @Test
  void withoutAnyReportThereIsNone() throws Exception {
    assertThat(secondTries()).isEmpty();
  }

  private Path report(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, REPORT);
  }

  private List<String> secondTries() throws Exception {
    Path script = Path.of(System.getProperty("smoke.directory"), "..", ".ci", "second-tries");
    Process process =
        new ProcessBuilder("bash", script.toString(), directory.toString(), marker.toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }
}
