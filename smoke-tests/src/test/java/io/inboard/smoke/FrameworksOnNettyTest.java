// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services of Vert.x, Micronaut and Quarkus are members like any other. */
class FrameworksOnNettyTest {
  @TempDir Path directory;

  /** Micronaut's routes are not known. */
  @ParameterizedTest
  @CsvSource({"vertx, /items/:id", "micronaut,", "quarkus, /items/{id}"})
  void itTrustsOnlyMembersAndTellsTheRoutesOfItsRequests(String framework, String route)
      throws Exception {
    Pki pki = new Pki(directory);
    try (Collector collector = Collector.start(directory);
        Service back =
            traced(
                Service.onNetty(framework, "pay", Jdks.own()),
                Yaml.traced("pay").identity(pki.issue("pay")).inbound("STRICT"),
                collector);
        Service front =
            traced(
                Service.boot("boot-3.5", "web", Jdks.own()),
                Yaml.traced("web")
                    .identity(pki.issue("web"))
                    .destinations(
                        """
                        - host: pay
                          endpoints: ["%s"]
                          tls: {mode: MUTUAL, principals: ["%s"]}
                        """
                            .formatted(back.address(), Pki.principal("pay"))),
                collector)) {
      assertThat(call(front, "/headers")).contains("URI=" + Pki.spiffe("web"));
      assertThat(call(front, "/items/7")).isEqualTo("item 7");
      List<Collector.Span> trace =
          collector.awaitTrace(
              "an item",
              spans -> spans.size() == 3 && spans.stream().anyMatch(s -> isItem(s, route)));
      assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
      assertThat(call(front, "/blocking/7")).isEqualTo("blocking 7");
      Program.Ended plain = Curl.Way.plain(back).run("/hello");
      assertThat(plain.out()).startsWith("This port accepts mutual TLS only");
      Path web = pki.issue("web");
      for (String version : List.of("--http1.1", "--http2")) {
        assertThat(Curl.Way.mutual(back, web).run("/headers", version).out())
            .as(version)
            .contains("URI=" + Pki.spiffe("web"));
      }
      assertThat(back.warnings())
          .as("its server is known; only plaintext is refused")
          .allMatch(warning -> warning.contains("plaintext, and the port takes mutual TLS only"));
    }
  }

  private static boolean isItem(Collector.Span span, String route) {
    return route == null
        ? "/items/7".equals(span.attributes().get("url.path"))
        : span.name().equals("GET " + route);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vertx", "micronaut", "quarkus"})
  void whoMayNotIsRefusedByHttp1AndHttp2(String framework) throws Exception {
    Pki pki = new Pki(directory);
    String rules =
        "inbound: {mtls: STRICT, authorization: [{action: ALLOW, from: {principals: [\"%s\"]},"
            + " to: {paths: [\"/hello\"]}}]}\n";
    Yaml settings =
        Yaml.service("pay").identity(pki.issue("pay")).with(rules.formatted(Pki.principal("web")));
    Path web = pki.issue("web");
    Path other = pki.issue("other");
    try (Service back = Service.onNetty(framework, "pay", Jdks.own()).agent(settings).start()) {
      for (String version : List.of("--http1.1", "--http2")) {
        assertThat(Curl.Way.mutual(back, web).run("/hello", version).out())
            .as(version)
            .isEqualTo("hello from " + framework);
        assertThat(Curl.Way.mutual(back, web).run("/items/7", version).out()).isEmpty();
        assertThat(Curl.Way.mutual(back, other).run("/hello", version).out()).isEmpty();
      }
    }
  }

  @Test
  void aCallInAHandlersChainBelongsToItsRequest() throws Exception {
    try (Collector collector = Collector.start(directory);
        Service back =
            traced(Service.onNetty("vertx", "pay", Jdks.own()), Yaml.traced("pay"), collector);
        Service front =
            traced(Service.onNetty("vertx", "web", Jdks.own()), Yaml.traced("web"), collector)) {
      String url = "http://" + back.address() + "/items/7";
      assertThat(Http.body(front.url("/call?url=" + Service.encode(url)))).isEqualTo("item 7");
      List<Collector.Span> trace = trace(collector, "GET /items/:id", 3);
      assertThat(trace).extracting(Collector.Span::name).contains("GET /call", "GET");
    }
  }

  @Test
  void theWebClientOfVertxProvesWhoItIsAndLosesNoCallToAnInstanceThatIsGone() throws Exception {
    Pki pki = new Pki(directory);
    try (Service back =
            Service.onNetty("vertx", "pay", Jdks.own())
                .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start();
        Service front =
            Service.onNetty("vertx", "web", Jdks.own())
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: pay
                              endpoints: ["127.0.0.1:1", "%s"]
                              tls: {mode: MUTUAL, principals: ["%s"]}
                              loadBalancer: {simple: ROUND_ROBIN}
                            """
                                .formatted(back.address(), Pki.principal("pay"))))
                .start()) {
      String url = front.url("/call?url=" + Service.encode("http://pay/headers"));
      for (int i = 0; i < 10; i++) {
        assertThat(Http.body(url)).contains("URI=" + Pki.spiffe("web")).contains("host: pay");
      }
    }
  }

  private static String call(Service front, String path) throws Exception {
    return Http.body(
        front.url("/call?client=rest-template&url=" + Service.encode("http://pay" + path)));
  }

  /** One trace of so many spans, and the route that the server's span says. */
  private static List<Collector.Span> trace(Collector collector, String name, int spans) {
    List<Collector.Span> trace =
        collector.awaitTrace(
            name, all -> all.size() == spans && all.stream().anyMatch(s -> s.name().equals(name)));
    assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
    assertThat(trace)
        .filteredOn(span -> span.name().equals(name))
        .singleElement()
        .satisfies(
            span ->
                assertThat(span.attributes())
                    .containsEntry("http.response.status_code", "200")
                    .containsEntry("url.scheme", "http"));
    return trace;
  }

  private static Service traced(Service.Builder builder, Yaml settings, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start();
  }
}
