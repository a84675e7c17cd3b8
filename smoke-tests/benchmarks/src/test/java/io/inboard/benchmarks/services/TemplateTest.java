// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemplateTest {
  @TempDir Path directory;

  @Test
  void aNameThatNobodyFillsInIsFoundAtOnce() {
    assertThatThrownBy(() -> Template.write("mtls.yaml", Map.of(), directory.resolve("x")))
        .hasMessageContaining("mtls.yaml has a name that nobody filled in");
  }

  @Test
  void namesBecomeValues() throws IOException {
    Map<String, ?> values =
        Map.of("IDENTITY", directory, "INBOUND", "STRICT", "BACK", "127.0.0.1:1");

    Path file = Template.write("mtls.yaml", values, directory.resolve("mtls.yaml"));

    assertThat(Files.readString(file))
        .contains("inbound: {mtls: STRICT}", "endpoints: [\"127.0.0.1:1\"]")
        .doesNotContain("${");
  }
}
