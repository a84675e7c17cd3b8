// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Hooks that throw, and hooks that do not fit: each in a JVM of its own, for it is woven once. */
final class LameHooksTest {
  @Test
  void hooksThatThrowRefuseInStrictAndAreNotThereOtherwise() throws Exception {
    assertThat(LameServer.said(run("-Dinboard.test.fault=*", LameServer.THROWING)))
        .containsExactly(
            "plaintext in DISABLE: hello",
            "plaintext in PERMISSIVE: hello",
            "plaintext in STRICT: closed",
            "calls in STRICT: 0",
            "a hook threw: true");
  }

  /** On a STRICT port it is not even asked: plaintext is refused before the server reads. */
  @Test
  void aReadThatThrowsIsPlaintextOutsideStrict() throws Exception {
    assertThat(LameServer.said(run("-Dinboard.test.fault=StreamAdvice$Read", LameServer.THROWING)))
        .containsExactly(
            "plaintext in DISABLE: hello",
            "plaintext in PERMISSIVE: hello",
            "plaintext in STRICT: told",
            "calls in STRICT: 0",
            "a hook threw: true");
  }

  @Test
  void hooksThatDoNotFitKeepAServerFromAStrictPort() throws Exception {
    assertThat(LameServer.said(run("-Dinboard.test.fault=", LameServer.UNFIT)))
        .containsExactly(
            "plaintext in DISABLE: hello",
            "plaintext in PERMISSIVE: hello",
            "start in STRICT: refused",
            "start of HttpsServer in STRICT: started");
  }

  private static List<String> run(String fault, String how) throws Exception {
    File output = File.createTempFile("lame", ".txt");
    Process jvm =
        new ProcessBuilder(
                new File(System.getProperty("java.home"), "bin/java").getPath(),
                "-XX:TieredStopAtLevel=1",
                "-Djdk.attach.allowAttachSelf=true",
                fault,
                "-cp",
                System.getProperty("java.class.path"),
                LameServer.class.getName(),
                how)
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    try {
      boolean ended = jvm.waitFor(90, TimeUnit.SECONDS);
      List<String> lines = Files.readAllLines(output.toPath(), StandardCharsets.UTF_8);
      assertThat(ended).as(() -> "the end of the JVM that said " + lines).isTrue();
      assertThat(jvm.exitValue()).as(() -> "the exit of the JVM that said " + lines).isZero();
      return lines;
    } finally {
      jvm.destroyForcibly();
      Files.delete(output.toPath());
    }
  }
}
