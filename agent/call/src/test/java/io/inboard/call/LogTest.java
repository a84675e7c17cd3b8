// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    Log.to(new PrintStream(written, true, UTF_8));
  }

  @AfterEach
  void asBefore() {
    Log.to(null);
    Log.level(Log.Level.INFO);
  }

  @Test
  void aLineIsOneLineWhateverItQuotes() {
    Log.info("peer says \u001b[2J and\r\n[inboard] all is well");
    Log.warn("mend it");

    assertThat(lines())
        .containsExactly(
            "[inboard] peer says \\u001b[2J and  [inboard] all is well", "[inboard] WARN mend it");
  }

  @Test
  void noLineShowsCredentialsOfAUrl() {
    Log.warn("cannot reach http://me:hunter2@host/a?token=hunter2: refused");

    assertThat(lines())
        .containsExactly("[inboard] WARN cannot reach http://***@host/a?***: refused");
  }

  @Test
  void theLevelSaysWhatIsWritten() {
    Log.level(Log.Level.WARN);
    Log.info("a");
    Log.warn("b");
    Log.refusal("LogTest.level", "c");
    Log.level(Log.Level.OFF);
    Log.info("d");
    Log.warn("e");
    Log.refusal("LogTest.off", "f");
    Log.level(Log.Level.INFO);
    Log.info("g");
    Log.refusal("LogTest.off", "h");

    assertThat(lines())
        .as("what was switched off does not count as said")
        .containsExactly("[inboard] WARN b", "[inboard] WARN c", "[inboard] g", "[inboard] WARN h");
  }

  @Test
  void aWarningIsSaidOnceForItsKey() {
    Log.warnOnce("LogTest.a", "one");
    Log.warnOnce("LogTest.a", "two");
    Log.warnOnce("LogTest.b", "three");

    assertThat(lines()).containsExactly("[inboard] WARN one", "[inboard] WARN three");
  }

  @Test
  void aFloodOfRefusalsIsOneLineForEachKind() {
    for (int i = 0; i < 1_000; i++) {
      Log.refusal("LogTest.one", "one " + i);
      Log.refusal("LogTest.two", "two " + i);
    }

    assertThat(lines()).containsExactly("[inboard] WARN one 0", "[inboard] WARN two 0");
  }

  private List<String> lines() {
    return written.toString(UTF_8).lines().toList();
  }
}
