// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpNamesEveryCommandAndIsNoError() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("COMMAND", "demo", "check", "status", "ca", "--version");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString().lines()).containsExactly("inboard unknown");
  }

  @Test
  void anUnknownCommandIsUsageOnStandardErrorAndTwo() {
    assertThat(run("chekc")).isEqualTo(2);
    assertThat(err.toString()).contains("chekc").contains("java -jar inboard.jar");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void noCommandIsUsageOnStandardErrorAndTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("A command is missing.").contains("--help");
    assertThat(out.toString()).isEmpty();
  }

  private int run(String... arguments) {
    return CommandLine.run(
        arguments, "no.jar", new PrintWriter(out, true), new PrintWriter(err, true), false);
  }
}
