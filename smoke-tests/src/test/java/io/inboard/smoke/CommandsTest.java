// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Cli;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.OpenSsl;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code java -jar inboard.jar COMMAND} as a user types it. */
class CommandsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {17, 21, 25})
  void statusTellsWhatTheAgentDoesAndLeavesNoTrace(int jdk) throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder builder = Service.plain("pay", Jdks.of(jdk));
    try (Service pay =
        builder
            .agent(
                Yaml.service("pay")
                    .identity(pki.issue("pay"))
                    .inbound("PERMISSIVE")
                    .destinations("- {host: stock, endpoints: [\"127.0.0.1:9\"]}\n"))
            .start()) {
      Http.body(pay.callUrl("jdk", pay.url("/hello")));
      List<String> out = pay.program().out().lines();
      List<String> err = pay.program().err().lines();

      Program.Ended text = Cli.run("status", "" + pay.program().pid());
      assertThat(text.exit()).as(text.toString()).isZero();
      assertThat(text.out())
          .contains(builder.settingsFile().toString())
          .contains("stock")
          .contains("127.0.0.1:9")
          .contains(Pki.principal("pay"))
          .contains("jdk-http-client")
          .contains("STRICT would refuse:")
          .contains("127.0.0.1 \"Java-http-client/");
      assertThat(text.out().lines()).allMatch(line -> line.length() < 120);
      String json = pay.status().toString();
      assertThat(json)
          .contains(builder.settingsFile().toString())
          .contains("stock")
          .contains(Pki.principal("pay"))
          .contains("jdk-http-client");

      assertThat(pay.program().out().lines()).isEqualTo(out);
      assertThat(pay.program().err().lines()).isEqualTo(err);
    }
  }

  @Test
  void statusOfAJvmWithoutTheAgentSaysSo() {
    try (Service pay = Service.plain("pay", Jdks.own()).start()) {
      Program.Ended ended = Cli.run("status", "" + pay.program().pid());
      assertThat(ended.exit()).isEqualTo(1);
      assertThat(ended.err()).contains("without Inboard").doesNotContain("Exception");
    }
  }

  /** The attach mechanism would end it with its first signal. */
  @Test
  void statusOfWhatIsNoJvmLeavesItAlone() throws Exception {
    Process sleep = new ProcessBuilder("sleep", "60").start();
    try {
      Program.Ended ended = Cli.run("status", "" + sleep.pid());
      assertThat(ended.exit()).isEqualTo(1);
      assertThat(ended.err()).contains("is no JVM").doesNotContain("Exception");
      assertThat(sleep.isAlive()).isTrue();
    } finally {
      sleep.destroy();
    }
  }

  @Test
  void checkAcceptsGoodSettings() {
    Path file = directory.resolve("good.yaml");
    Yaml.service("web").destinations("- {host: pay, endpoints: [\"10.0.0.5:8443\"]}\n").write(file);
    Program.Ended ended = Cli.run("check", file.toString());
    assertThat(ended.exit()).as(ended.toString()).isZero();
  }

  @Test
  void checkNamesEveryErrorWithLineAndHint() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("bad.yaml"),
            """
            service: {name: web}
            destinations:
              - host: pay
                timout: 2s
                retries: {attempts: many}
            """);
    Program.Ended ended = Cli.run("check", file.toString());
    assertThat(ended.exit()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.out() + ended.err())
        .contains("timout")
        .contains("timeout")
        .contains(":4")
        .contains("attempts")
        .contains(":5")
        .doesNotContain("Exception");
  }

  @Test
  void theCaIssuesWhatOpensslAccepts() {
    Path ca = directory.resolve("ca");
    Path web = directory.resolve("web");
    assertThat(Cli.run("ca", "init", ca.toString()).exit()).isZero();
    Program.Ended issued =
        Cli.run("ca", "issue", ca.toString(), "--id", Pki.spiffe("web"), "--out", web.toString());
    assertThat(issued.exit()).as(issued.toString()).isZero();
    Program.Ended verified =
        OpenSsl.run(
            List.of(
                "verify",
                "-x509_strict",
                "-CAfile",
                web.resolve("root-cert.pem").toString(),
                web.resolve("cert-chain.pem").toString()));
    assertThat(verified.exit()).as(verified.toString()).isZero();
    assertThat(OpenSsl.describe(web.resolve("cert-chain.pem")))
        .contains("URI:" + Pki.spiffe("web"));
  }

  @Test
  void theDemoShowsTheMeshAndEndsByItself() {
    Program.Ended demo = Cli.run(Duration.ofSeconds(60), Map.of("NO_COLOR", "1"), "demo");
    assertThat(demo.exit()).as(demo.toString()).isZero();
    assertThat(demo.out())
        .contains("spiffe://")
        .containsPattern("plaintext +refused")
        .containsPattern("TLS, no certificate +refused")
        .doesNotContain("\u001b")
        .doesNotContain("Exception");
  }
}
