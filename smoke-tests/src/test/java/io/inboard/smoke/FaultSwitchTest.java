// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every hook of ours throws, on purpose: the application does not notice, security stays closed.
 */
class FaultSwitchTest {
  private static final String FAULT = "-Dinboard.test.fault=*";
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"boot-2.7, 17", "boot-3.5, 21", "boot-4, 25"})
  void anErrorInEveryHookNeverReachesTheApplication(String line, int jdk) throws Exception {
    try (Service shop =
        Service.boot(line, "shop", Jdks.of(jdk)).jvm(FAULT).agent(Yaml.service("shop")).start()) {
      List<String> clients =
          line.equals("boot-2.7")
              ? WithoutTheAgentTest.CLIENTS
              : WithoutTheAgentTest.CLIENTS_SINCE_SPRING_6;
      for (String client : clients) {
        for (String way : List.of("", "/callable", "/background", "/future")) {
          assertThat(Http.body(shop.callUrl(way, client, shop.url("/items/7"))))
              .isEqualTo("item 7 of shop");
        }
      }
      assertThat(shop.status().toString()).matches(".*[eE]rrors\"?:[^0\\]}]*[1-9].*");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boot-3.5", "reactive"})
  void inStrictItIsARefusal(String app) throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder builder =
        Service.boot(app, "pay", Jdks.own())
            .jvm(FAULT)
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"));
    try (Service back = builder.launch()) {
      back.program()
          .await(
              "starts, or refuses to",
              Duration.ofSeconds(60),
              () ->
                  !back.program().alive()
                      || back.program().out().any(line -> line.contains("Started Shop in"))
                      || back.program().out().any(line -> line.contains("APPLICATION FAILED")));
      Program.Ended plain = Curl.Way.plain(back).run("/hello");
      assertThat(plain.out()).as(plain.toString()).doesNotContain("hello from");
      Program.Ended mutual = Curl.Way.mutual(back, pki.issue("web")).run("/hello");
      assertThat(mutual.out()).as(mutual.toString()).doesNotContain("hello from");
    }
  }
}
