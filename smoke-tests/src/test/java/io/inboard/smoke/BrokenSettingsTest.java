// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mistake in the settings opens no port that they wanted closed. */
class BrokenSettingsTest {
  private static final String[] STATUS = {"-o", "/dev/null", "-w", "%{http_code}"};

  @TempDir Path directory;

  @Test
  void strictAndItsRulesHoldThoughAnotherSectionIsBroken() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
        Service.boot("boot-3.5", "pay", Jdks.own())
            .agent(
                Yaml.service("pay")
                    .identity(pki.issue("pay"))
                    .with(
                        """
                        inbound:
                          mtls: STRICT
                          authorization:
                            - {action: ALLOW, from: {principals: ["%s"]}, to: {paths: ["/headers"]}}
                        destinatons: []
                        """
                            .formatted(Pki.principal("web"))))
            .start()) {
      assertClosed(back);
      Curl.Way web = Curl.Way.mutual(back, pki.issue("web"));
      assertThat(web.run("/headers", "-H", forged()).out())
          .contains("URI=" + Pki.spiffe("web"))
          .doesNotContain("admin");
      assertThat(web.run("/hello", STATUS).out()).isEqualTo("403");
      assertThat(back.warnings()).anyMatch(line -> line.contains("destinatons"));
    }
  }

  @Test
  void whereTheseAreBrokenThemselvesPortsRefuseUntilTheyAreMended() throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder builder = Service.plain("pay", Jdks.own());
    Yaml good = Yaml.service("pay").identity(pki.issue("pay"));
    try (Service back = builder.agent(good.with("inbound: {mtls: STRCT}\n")).start()) {
      assertClosed(back);
      assertThat(Curl.Way.mutual(back, pki.issue("web")).run("/hello", STATUS).out())
          .isNotEqualTo("200");

      good.inbound("STRICT").write(builder.settingsFile());
      Await.untilAsserted(
          Duration.ofSeconds(20),
          () ->
              assertThat(Curl.Way.mutual(back, pki.issue("web")).run("/hello").out())
                  .isEqualTo("hello from pay"));
      assertClosed(back);
    }
  }

  @Test
  void theLastGoodVersionHoldsWhenTheFileIsBrokenAtTheNextStart() throws Exception {
    Pki pki = new Pki(directory);
    Path file = directory.resolve("settings.yaml");
    Yaml good = Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT");
    good.write(file);
    Path cache = Files.createDirectory(directory.resolve("cache"));
    try (Service back = start(file, cache)) {
      Await.until(
          "a copy on disk", Duration.ofSeconds(20), () -> Files.exists(cache.resolve("inboard")));
      assertClosed(back);
    }
    Files.writeString(file, "# nothing\n");
    try (Service back = start(file, cache)) {
      assertClosed(back);
      assertThat(Curl.Way.mutual(back, pki.issue("web")).run("/hello").out())
          .isEqualTo("hello from pay");
      assertThat(back.warnings()).anyMatch(line -> line.contains("kept on disk"));
    }
  }

  @Test
  void whoRequiresSettingsGetsNoJvmWithoutThem() throws Exception {
    Path broken = Files.writeString(directory.resolve("broken.yaml"), "servce: {name: a}\n");
    Path noIdentity = directory.resolve("identity.yaml");
    Yaml.service("pay").identity(directory.resolve("nowhere")).inbound("STRICT").write(noIdentity);
    for (String argument :
        new String[] {"", directory + "/none.yaml", broken.toString(), noIdentity.toString()}) {
      try (Service back =
          Service.plain("pay", Jdks.own())
              .environment("INBOARD_STARTUP", "required")
              .agentArgument(argument)
              .launch()) {
        Program.Ended ended = back.program().end(Duration.ofSeconds(60));
        assertThat(ended.exit()).as(argument + ended).isEqualTo(78);
        assertThat(ended.err().lines()).as(argument + ended).hasSize(1);
        assertThat(ended.out()).as(argument).isEmpty();
      }
    }
  }

  private static Service start(Path file, Path cache) {
    return Service.plain("pay", Jdks.own())
        .environment("XDG_CACHE_HOME", cache.toString())
        .agentArgument(file.toString())
        .start();
  }

  private static String forged() {
    return "x-forwarded-client-cert: URI=" + Pki.spiffe("admin");
  }

  private static void assertClosed(Service back) {
    assertThat(Curl.Way.plain(back).run("/hello", STATUS).out()).isNotEqualTo("200");
    assertThat(Curl.Way.plain(back).run("/headers", "-H", forged()).out())
        .doesNotContain("x-forwarded-client-cert")
        .doesNotContain("admin");
  }
}
