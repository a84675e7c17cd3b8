// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inboard.command.AttachedJvm.AttachException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no JVM must live on, whatever it does about signals; on Linux. */
class LocalProcessTest {
  private static final String CATCHES_QUIT = "0000000181005ccf";
  private static final String CATCHES_NOTHING = "0000000000000000";

  @TempDir private Path proc;

  private final StringWriter err = new StringWriter();

  @BeforeEach
  void thisProcess() throws IOException {
    process("self", "Tgid: 7\nState: R (running)\nUid: 1000 1000 1000 1000\nNSpid: 7\n", "", "");
  }

  /** Go's programs and traps in shells catch SIGQUIT, and end by it all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"exec sleep 60", "trap 'exit 3' QUIT; sleep 60 & wait"})
  void aRealProcessThatIsNoJvmIsLeftAlone(String script) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", script).start();
    try {
      assertThat(status("" + process.pid())).isEqualTo(1);
      assertThat(err.toString())
          .contains("process " + process.pid() + " is no JVM")
          .contains("left alone");
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  @Test
  void thisJvmMayBeAsked() {
    assertThatCode(() -> LocalProcess.mustBeAskable("" + ProcessHandle.current().pid()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999", "0", "-1", "abc", "1e3", "12345678901234567890"})
  void whatIsNoProcessIsSaid(String pid) {
    assertThat(status("--", pid)).isEqualTo(1);
    assertThat(err.toString()).containsAnyOf("no process", "no process id");
  }

  @Test
  void theProcessMayStandAnywhereBesideWatch() {
    String[][] words = {
      {"--watch", "999999999"},
      {"999999999", "--watch"},
      {"--watch", "2", "999999999"},
      {"999999999", "--watch", "2"},
      {"--watch=2", "999999999"},
      {"--watch", "--json", "999999999"},
      {"--json", "--watch", "999999999"},
      {"--watch", "999999999", "--json"}
    };
    for (String[] line : words) {
      err.getBuffer().setLength(0);
      assertThat(status(line)).as(String.join(" ", line)).isEqualTo(1);
      assertThat(err.toString()).contains("there is no process 999999999");
    }
    assertThat(status()).isEqualTo(2);
    assertThat(status("--watch")).isEqualTo(2);
    assertThat(status("--watch", "0", "999999999")).isEqualTo(2);
  }

  @Test
  void aJvmThatCatchesTheSignalMayBeAsked() throws Exception {
    jvm("Uid: 1000 1000 1000 1000\nNSpid: 42\nSigCgt: " + CATCHES_QUIT, "java");
    LocalProcess.mustBeAskable(proc.toFile(), "42");
  }

  @Test
  void aJvmThatDoesNotCatchItIsLeftAlone() throws Exception {
    jvm("Uid: 1000 1000 1000 1000\nNSpid: 42\nSigCgt: " + CATCHES_NOTHING, "java");
    refused("only just started");
    jvm("Uid: 1000 1000 1000 1000\nNSpid: 42\nSigCgt: " + CATCHES_NOTHING, "java\0-Xrs\0Main");
    refused("-Xrs");
    Files.createDirectories(proc.resolve("42/root/tmp"));
    Files.createFile(proc.resolve("42/root/tmp/.java_pid42"));
    LocalProcess.mustBeAskable(proc.toFile(), "42");
  }

  @Test
  void aJvmOfSomebodyElseIsLeftAlone() throws Exception {
    jvm("Uid: 1001 1001 1001 1001\nNSpid: 42\nSigCgt: " + CATCHES_QUIT, "java");
    refused("another user (uid 1001)");
    jvm("Uid: 1000 1000 1000 1000\nNSpid: 42 1\nSigCgt: " + CATCHES_QUIT, "java");
    refused("another container");
  }

  @Test
  void whatCannotAnswerIsLeftAlone() throws Exception {
    String rest = "\nUid: 1000 1000 1000 1000\nNSpid: 42\nSigCgt: " + CATCHES_QUIT;
    jvm("State: Z (zombie)" + rest, "");
    refused("has ended");
    jvm("State: T (stopped)" + rest, "java");
    refused("is stopped");
    jvm("Tgid: 41" + rest, "java");
    refused("a thread of process 41");
    jvm("State: S" + rest, "java\0-XX:+DisableAttachMechanism");
    refused("DisableAttachMechanism");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> LocalProcess.mustBeAskable(proc.toFile(), "42"))
        .isInstanceOf(AttachException.class)
        .hasMessageContaining(why);
  }

  private void jvm(String status, String arguments) throws IOException {
    process("42", status + "\n", "7f00-7f01 r-xp 0 08:01 1 /jdk/lib/server/libjvm.so\n", arguments);
  }

  private void process(String pid, String status, String maps, String arguments)
      throws IOException {
    File directory = proc.resolve(pid).toFile();
    Files.createDirectories(directory.toPath());
    Files.writeString(directory.toPath().resolve("status"), status.replace(": ", ":\t"));
    Files.writeString(directory.toPath().resolve("maps"), maps);
    Files.writeString(directory.toPath().resolve("cmdline"), arguments);
  }

  private int status(String... arguments) {
    String[] line = new String[arguments.length + 1];
    line[0] = "status";
    System.arraycopy(arguments, 0, line, 1, arguments.length);
    return CommandLine.run(
        line,
        "no.jar",
        new PrintWriter(new StringWriter(), true),
        new PrintWriter(err, true),
        false);
  }
}
