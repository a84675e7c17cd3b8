// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.identity.DevelopmentCa;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdk;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Tree;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Java runtime that is too old or lacks something never keeps an application from starting. */
class RuntimesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {8, 11})
  void anOlderJvmPrintsOneLineAndTheApplicationStarts(int jdk) throws Exception {
    try (Service bare = Service.bare("bare", Jdks.of(jdk)).agent(Yaml.service("bare")).start()) {
      assertThat(Http.body(bare.url("/"))).isEqualTo("bare");
      assertThat(bare.program().err().lines()).singleElement().asString().contains("Java 17");
      assertThat(bare.program().out().lines()).containsExactly("bare listens on " + bare.port());
    }
  }

  /** The second lacks what the agent's libraries want most. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.base,java.instrument,java.logging,java.naming,jdk.unsupported,jdk.crypto.ec",
        "java.base,java.instrument"
      })
  void aRuntimeThatLacksModulesIsServedWithWhatItHas(String modules) throws Exception {
    Jdk image = image(modules);
    try (Service back = Service.plain("pay", Jdks.own()).start();
        Service bare =
            Service.bare("bare", image)
                .agent(
                    Yaml.service("bare")
                        .destinations("- {host: pay, endpoints: [\"" + back.address() + "\"]}\n"))
                .start()) {
      assertThat(Http.body(bare.url("/"))).isEqualTo("bare");
      if (modules.contains("java.logging")) {
        assertThat(Http.body(bare.url("/call/http://pay/hello"))).isEqualTo("hello from pay");
        assertThat(bare.warnings()).isEmpty();
      } else {
        assertThat(Http.body(bare.url("/call/http://pay/hello"))).isEqualTo("hello from pay");
        assertThat(bare.warnings())
            .singleElement()
            .asString()
            .contains("lacks the module java.logging", "nothing is traced");
      }
    }
  }

  /** The policy grants the application what it needs, and the agent nothing. */
  @Test
  void aSecurityManagerThatForbidsTheAgentEverythingLetsTheApplicationStart() throws Exception {
    Path policy =
        Files.writeString(
            directory.resolve("application.policy"),
            "grant codeBase \"file:%s\" { permission java.security.AllPermission; };"
                .formatted(Tree.app("plain")));
    try (Service bare =
        Service.bare("bare", Jdks.of(17))
            .agent(Yaml.service("bare"))
            .jvm("-Djava.security.manager", "-Djava.security.policy==" + policy)
            .start()) {
      assertThat(Http.body(bare.url("/"))).isEqualTo("bare");
      assertThat(bare.program().err().lines())
          .filteredOn(line -> line.contains("[inboard]"))
          .singleElement()
          .asString()
          .contains("the application starts without it", "access denied");
    }
  }

  @Test
  void aSecurityManagerThatTrustsTheAgentHasAMesh() throws Exception {
    Path policy =
        Files.writeString(
            directory.resolve("both.policy"),
            """
            grant codeBase "file:%s" { permission java.security.AllPermission; };
            grant codeBase "file:%s" { permission java.security.AllPermission; };
            """
                .formatted(Tree.app("plain"), Tree.agent()));
    try (Service back = Service.plain("pay", Jdks.own()).start();
        Service bare =
            Service.bare("bare", Jdks.of(17))
                .agent(
                    Yaml.service("bare")
                        .destinations("- {host: pay, endpoints: [\"" + back.address() + "\"]}\n"))
                .jvm("-Djava.security.manager", "-Djava.security.policy==" + policy)
                .start()) {
      assertThat(Http.body(bare.url("/call/http://pay/hello"))).isEqualTo("hello from pay");
      assertThat(bare.warnings()).isEmpty();
    }
  }

  @Test
  void commandsOfARuntimeWithoutAttachSayWhatIsMissing() {
    Jdk image = image("java.base,java.logging");
    List<String> command =
        List.of(image.tool("java").toString(), "-jar", Tree.agent().toString(), "status", "1");
    Program.Ended ended = Program.run(Duration.ofSeconds(30), command);
    assertThat(ended.exit()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.err().strip().lines()).singleElement().asString().contains("jdk.attach");
  }

  @Test
  void aGoodKeyInARuntimeWithoutItsModuleIsNotCalledBroken() throws Exception {
    // From JDK 22 on, EC is in java.base.
    Jdk image = image("java.base", Jdks.of(17));
    DevelopmentCa.create().issue("spiffe://cluster.local/ns/shop/sa/web").save(directory.toFile());
    Path settings =
        Files.writeString(
            directory.resolve("inboard.yaml"),
            """
            identity:
              certificateChain: %1$s/cert-chain.pem
              privateKey: %1$s/key.pem
              trustBundle: %1$s/root-cert.pem
            """
                .formatted(directory));
    List<String> command =
        List.of(
            image.tool("java").toString(),
            "-jar",
            Tree.agent().toString(),
            "check",
            settings.toString());
    Program.Ended ended = Program.run(Duration.ofSeconds(30), command);
    assertThat(ended.exit()).as(ended.toString()).isEqualTo(1);
    assertThat(ended.out().strip().lines())
        .isNotEmpty()
        .allMatch(line -> line.contains("lacks the module jdk.crypto.ec"))
        .noneMatch(line -> line.contains("write the file again"));
  }

  private static Jdk image(String modules) {
    return image(modules, Jdks.own());
  }

  /** Made once for each set of modules; kept under {@code target/}. */
  private static synchronized Jdk image(String modules, Jdk jdk) {
    Path home =
        Path.of("target", "images", jdk.version() + "-" + modules.replace(',', '-'))
            .toAbsolutePath();
    if (Files.isExecutable(home.resolve("bin/java"))) {
      return new Jdk(jdk.version(), home);
    }
    Program.Ended jlink =
        Program.run(
            Duration.ofMinutes(2),
            List.of(
                jdk.tool("jlink").toString(),
                "--add-modules",
                modules,
                "--output",
                home.toString()));
    assertThat(jlink.exit()).as(jlink.toString()).isZero();
    return new Jdk(jdk.version(), home);
  }
}
