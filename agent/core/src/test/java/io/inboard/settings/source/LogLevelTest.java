// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.Log;
import io.inboard.call.LogListener;
import io.inboard.settings.reading.SettingsReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log.level} counts from the moment at which its settings are in force. */
class LogLevelTest {
  @TempDir private Path directory;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    LogListener.to(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void asBefore() {
    LogListener.to(null);
    Log.level(Log.Level.INFO);
  }

  @Test
  void aChangedLevelIsObeyedWithoutARestart() throws Exception {
    Path file = Files.writeString(directory.resolve("a.yaml"), "log: {level: off}\n");
    SettingsWatch watch =
        new SettingsWatch(
            new FileSource(file.toFile(), "a.yaml"),
            new SettingsReader(Map.of(), ""),
            Optional.empty(),
            loaded -> {},
            new Said(new ArrayList<>()),
            millis -> {});
    watch.load();
    assertThat(said()).isEmpty();

    Files.writeString(file, "log: {level: warn}\n");
    watch.poll();
    assertThat(said()).contains("of trouble").doesNotContain("of interest");

    Files.writeString(file, "log: {level: info}\n");
    watch.poll();
    assertThat(said()).contains("of trouble", "of interest");

    Files.writeString(file, "log: {level: loud}\n");
    watch.poll();
    assertThat(said()).as("what is wrong changes nothing").contains("of interest");
  }

  private String said() {
    written.reset();
    Log.info("of interest");
    Log.warn("of trouble");
    return written.toString(StandardCharsets.UTF_8);
  }
}
