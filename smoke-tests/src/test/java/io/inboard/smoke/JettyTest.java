// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LargeBodies;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.WebSocket;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spring Boot with Jetty in place of Tomcat is a member like any other. */
class JettyTest {
  @TempDir Path directory;

  @ParameterizedTest(name = "{0} on Java {1} calls {2} on Java {3} by {4}")
  @CsvSource({
    "boot-2.7-jetty, 17, boot-2.7-jetty, 17, apache4",
    "boot-4-jetty, 25, boot-3.5-jetty, 25, rest-template"
  })
  void twoServicesTrustOnlyMembersAndARequestIsOneTrace(
      String line, int frontJdk, String backLine, int backJdk, String client) throws Exception {
    Pki pki = new Pki(directory);
    Path caller = pki.issue("caller");
    try (Collector collector = Collector.start(directory);
        Service back =
            traced(Service.boot(backLine, "pay", Jdks.of(backJdk)), strict("pay", pki), collector);
        Service front =
            traced(
                Service.boot(line, "web", Jdks.of(frontJdk)),
                strict("web", pki)
                    .destinations(
                        """
                        - host: pay
                          endpoints: ["%s"]
                          tls: {mode: MUTUAL, principals: ["%s"]}
                        """
                            .formatted(back.address(), Pki.principal("pay"))),
                collector)) {
      for (String version : List.of("--http1.1", "--http2")) {
        Program.Ended answer =
            Curl.Way.mutual(front, caller)
                .run("/call?client=jdk&url=" + Service.encode("http://pay/headers"), version);
        assertThat(answer.out())
            .as(answer.toString())
            .contains("URI=" + Pki.spiffe("web"))
            .contains("\"url\":\"http://pay/headers\"");
      }
      assertThat(
              Curl.Way.mutual(front, caller)
                  .run("/call?client=" + client + "&url=" + Service.encode("http://pay/items/7"))
                  .out())
          .isEqualTo("item 7 of pay");
      List<Collector.Span> trace =
          collector.awaitTrace(
              "the call of an item",
              spans ->
                  spans.size() == 3
                      && spans.stream().anyMatch(s -> s.name().equals("GET /items/{id}")));
      assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
      assertThat(trace)
          .filteredOn(span -> span.name().equals("GET /items/{id}"))
          .singleElement()
          .satisfies(
              span ->
                  assertThat(span.attributes())
                      .containsEntry("http.response.status_code", "200")
                      .containsEntry("url.scheme", "http"));
      Program.Ended plain = Curl.Way.plain(front).run("/hello");
      assertThat(plain.out()).startsWith("This port accepts mutual TLS only");
      assertThat(back.warnings()).as("the back").isEmpty();
      assertThat(front.awaitWarnings(1))
          .as("the front")
          .hasSize(1)
          .first()
          .asString()
          .contains("TLS");
    }
  }

  private static Yaml strict(String name, Pki pki) {
    return Yaml.traced(name).identity(pki.issue(name)).inbound("STRICT");
  }

  private static Service traced(Service.Builder builder, Yaml settings, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start();
  }

  @ParameterizedTest
  @CsvSource({"boot-4-jetty, STRICT", "boot-2.7-jetty, PERMISSIVE"})
  void bodiesAndWebSocketsAreWhole(String line, String mode) throws Exception {
    Pki pki = new Pki(directory);
    Path web = pki.issue("web");
    try (Service back =
        Service.boot(line, "pay", Jdks.own())
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound(mode))
            .start()) {
      LargeBodies.areWhole(Curl.Way.mutual(back, web));
      try (WebSocket socket = WebSocket.mutual(back.port(), web)) {
        assertThat(socket.say("hello")).isEqualTo("echo hello");
        assertThat(socket.say("again")).isEqualTo("echo again");
      }
      if (mode.equals("PERMISSIVE")) {
        LargeBodies.areWhole(Curl.Way.plain(back));
        try (WebSocket socket = WebSocket.plain(back.port())) {
          assertThat(socket.say("hello")).isEqualTo("echo hello");
        }
      }
      assertThat(back.warnings()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boot-2.7-jetty", "boot-4-jetty"})
  void anErrorInEveryHookNeverReachesTheApplication(String line) throws Exception {
    try (Service shop =
        Service.boot(line, "shop", Jdks.own())
            .jvm("-Dinboard.test.fault=*")
            .agent(Yaml.service("shop"))
            .start()) {
      for (String way : List.of("", "/callable", "/background", "/future")) {
        assertThat(Http.body(shop.callUrl(way, "jdk", shop.url("/items/7"))))
            .isEqualTo("item 7 of shop");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boot-2.7-jetty", "boot-4-jetty"})
  void inStrictItIsARefusal(String line) throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder builder =
        Service.boot(line, "pay", Jdks.own())
            .jvm("-Dinboard.test.fault=*")
            .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"));
    try (Service back = builder.launch()) {
      back.program()
          .await(
              "starts, or refuses to",
              Duration.ofSeconds(60),
              () ->
                  !back.program().alive()
                      || back.program().out().any(l -> l.contains("Started Shop in"))
                      || back.program().out().any(l -> l.contains("APPLICATION FAILED")));
      Program.Ended plain = Curl.Way.plain(back).run("/hello");
      assertThat(plain.out()).as(plain.toString()).doesNotContain("hello from");
      Program.Ended mutual = Curl.Way.mutual(back, pki.issue("web")).run("/hello");
      assertThat(mutual.out()).as(mutual.toString()).doesNotContain("hello from");
    }
  }
}
