// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Await;
import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request through several services is one trace, as a real Collector receives it. */
class OneTraceTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "grpc"})
  void aRequestThroughThreeServicesIsOneTrace(String protocol) throws Exception {
    try (Collector collector = Collector.start(directory);
        Service back = traced(Service.boot("boot-4", "back", Jdks.own()), collector, protocol);
        Service middle = traced(Service.plain("middle", Jdks.own()), collector, protocol);
        Service front =
            traced(Service.boot("boot-2.7", "front", Jdks.own()), collector, protocol)) {
      assertThat(
              Http.body(
                  front.callUrl("rest-template", middle.callUrl("jdk", back.url("/items/7")))))
          .isEqualTo("item 7 of back");

      List<Collector.Span> trace =
          collector.awaitTrace("the whole way", spans -> names(spans).size() == 5);
      assertThat(trace).hasSize(5);
      Map<String, Collector.Span> byName =
          trace.stream().collect(Collectors.toMap(OneTraceTest::name, Function.identity()));
      assertThat(byName.get("front SERVER").root()).isTrue();
      assertParent(byName, "front SERVER", "front CLIENT");
      assertParent(byName, "front CLIENT", "middle SERVER");
      assertParent(byName, "middle SERVER", "middle CLIENT");
      assertParent(byName, "middle CLIENT", "back SERVER");
      assertThat(byName.get("back SERVER").name()).isEqualTo("GET /items/{id}");
      assertThat(byName.get("back SERVER").attributes())
          .containsEntry("http.route", "/items/{id}")
          .containsEntry("http.response.status_code", "200")
          .containsEntry("http.request.method", "GET")
          .containsEntry("url.path", "/items/7");
      assertThat(byName.get("middle CLIENT").attributes())
          .containsEntry("server.port", "" + back.port())
          .containsEntry("network.protocol.version", "1.1")
          .containsEntry("url.full", back.url("/items/7"));
    }
  }

  @Test
  void durationsArriveAsMetrics() throws Exception {
    try (Collector collector = Collector.start(directory)) {
      Service.Builder builder =
          Service.boot("boot-3.5", "front", Jdks.own())
              .environment("OTEL_METRIC_EXPORT_INTERVAL", "500");
      try (Service front = traced(builder, collector, "http/protobuf")) {
        Http.body(front.callUrl("jdk", front.url("/hello")));
        Await.untilAsserted(
            Duration.ofSeconds(30),
            () ->
                assertThat(collector.metrics("front"))
                    .contains("http.server.request.duration", "http.client.request.duration"));
      }
    }
  }

  /** Whatever thread the second half of a request runs on. */
  @ParameterizedTest(name = "{0} on {1}")
  @CsvSource({"boot-2.7, 17", "boot-3.5, 21", "boot-4, 25"})
  void workThatMovesToAnotherThreadStaysInItsTrace(String line, int jdk) throws Exception {
    List<String> ways =
        jdk >= 21
            ? List.of("/callable", "/deferred", "/background", "/future", "/chained", "/virtual")
            : List.of("/callable", "/deferred", "/background", "/future", "/chained");
    try (Collector collector = Collector.start(directory);
        Service shop =
            traced(Service.boot(line, "shop", Jdks.of(jdk)), collector, "http/protobuf")) {
      for (String way : ways) {
        for (String client : List.of("jdk-async", "url-connection")) {
          assertThat(Http.body(shop.callUrl(way, client, shop.url("/hello"))))
              .isEqualTo("hello from shop");
        }
      }
      for (String way : ways) {
        int expected = way.equals("/chained") ? 5 : 3;
        List<Collector.Span> trace =
            collector.awaitTrace(
                way + " with " + expected + " spans",
                spans ->
                    spans.size() == expected
                        && spans.stream()
                            .anyMatch(s -> s.root() && s.name().endsWith("/call" + way)));
        assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
      }
      long requests = 2L * ways.size();
      Await.until(
          "a root for each request", Duration.ofSeconds(20), () -> roots(collector) >= requests);
      assertThat(roots(collector)).as("one trace a request").isEqualTo(requests);
    }
  }

  private static long roots(Collector collector) throws IOException {
    return collector.spans().stream().filter(Collector.Span::root).count();
  }

  private static Service traced(Service.Builder builder, Collector collector, String protocol) {
    collector.environment(protocol).forEach(builder::environment);
    return builder
        .environment("OTEL_BSP_SCHEDULE_DELAY", "200")
        .agent(Yaml.traced(builder.name()))
        .start();
  }

  private static Set<String> names(List<Collector.Span> spans) {
    return spans.stream().map(OneTraceTest::name).collect(Collectors.toSet());
  }

  private static String name(Collector.Span span) {
    return span.service() + " " + span.kind();
  }

  private static void assertParent(Map<String, Collector.Span> trace, String parent, String child) {
    assertThat(trace.get(child).parent())
        .as("the parent of " + child)
        .isEqualTo(trace.get(parent).id());
  }
}
