// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdk;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is Quarkus' own: a class loader that knows its packages beforehand, worker threads,
 * pipelines of Mutiny, virtual threads, resources in resources. The rest: {@link
 * FrameworksOnNettyTest}.
 */
class QuarkusTest {
  @TempDir Path directory;

  /** On JDK 17 the virtual threads are worker threads. */
  @ParameterizedTest
  @ValueSource(ints = {17, 25})
  void aCallBelongsToItsRequestOnEveryThreadOfQuarkus(int version) throws Exception {
    Jdk jdk = Jdks.of(version);
    try (Collector collector = Collector.start(directory);
        Service back = traced(Service.plain("pay", Jdks.own()), Yaml.traced("pay"), collector);
        Service front =
            traced(Service.onNetty("quarkus", "web", jdk), Yaml.traced("web"), collector)) {
      for (String way : List.of("loop", "pipeline", "blocking", "virtual")) {
        String url = "http://" + back.address() + "/hello";
        assertThat(Http.body(front.url("/call/" + way + "?url=" + Service.encode(url))))
            .as(way)
            .isEqualTo("hello from pay");
        String name = "GET /call/" + way;
        List<Collector.Span> trace =
            collector.awaitTrace(
                name, all -> all.size() == 3 && all.stream().anyMatch(s -> s.name().equals(name)));
        Collector.Span server = only(trace, "web", "SERVER");
        Collector.Span client = only(trace, "web", "CLIENT");
        assertThat(server.root()).as(way).isTrue();
        assertThat(client.parent()).as(way).isEqualTo(server.id());
        assertThat(only(trace, "pay", "SERVER").parent()).as(way).isEqualTo(client.id());
      }
      assertThat(front.warnings()).isEmpty();
    }
  }

  @Test
  void aResourceInAResourceAndOneThatFailsHaveTheirRoutes() throws Exception {
    try (Collector collector = Collector.start(directory);
        Service shop =
            traced(
                Service.onNetty("quarkus", "shop", Jdks.own()), Yaml.traced("shop"), collector)) {
      assertThat(Http.body(shop.url("/customers/smith/orders/7"))).isEqualTo("order 7");
      assertThat(Http.get(shop.url("/failing/7")).statusCode()).isEqualTo(500);
      assertThat(Http.get(shop.url("/nothing/7")).statusCode()).isEqualTo(404);
      for (String name : List.of("GET /customers/{customer}/orders/{order}", "GET /failing/{id}")) {
        collector.awaitTrace(name, all -> all.stream().anyMatch(s -> s.name().equals(name)));
      }
      Collector.Span nothing =
          collector
              .awaitTrace(
                  "what no resource serves",
                  all -> all.stream().anyMatch(s -> isOf(s, "/nothing/7")))
              .get(0);
      assertThat(nothing.name()).as("no name of the client's making").doesNotContain("nothing");
    }
  }

  @Test
  void itsServerIsKnownAndNothingIsSaid() throws Exception {
    Pki pki = new Pki(directory);
    try (Service shop =
        Service.onNetty("quarkus", "shop", Jdks.own())
            .agent(Yaml.service("shop").identity(pki.issue("shop")).inbound("STRICT"))
            .start()) {
      assertThat(Curl.Way.mutual(shop, pki.issue("web")).run("/blocking/7").out())
          .isEqualTo("blocking 7");
      assertThat(shop.status().get("sockets").get("listening").toString())
          .contains("\"port\":" + shop.port())
          .contains("hooked, STRICT");
      assertQuiet(shop);
    }
  }

  @Test
  void switchedOffItIsAsWithoutTheAgent() throws Exception {
    Pki pki = new Pki(directory);
    try (Service shop =
        Service.onNetty("quarkus", "shop", Jdks.own())
            .agent(Yaml.service("shop").identity(pki.issue("shop")).with("enabled: false\n"))
            .start()) {
      assertThat(Http.body(shop.url("/items/7"))).isEqualTo("item 7");
      String headers = Service.encode(shop.url("/headers"));
      assertThat(Http.body(shop.url("/call/blocking?url=" + headers)))
          .doesNotContainIgnoringCase("traceparent");
      assertQuiet(shop);
    }
  }

  /** Neither the agent nor Quarkus has anything to complain of, its log manager among it. */
  private static void assertQuiet(Service service) {
    assertThat(service.warnings()).isEmpty();
    assertThat(service.program().out().text() + service.program().err().text())
        .doesNotContain("WARN  [", "ERROR [", "The LogManager accessed before");
  }

  private static Collector.Span only(List<Collector.Span> trace, String service, String kind) {
    List<Collector.Span> found =
        trace.stream()
            .filter(span -> span.service().equals(service) && span.kind().equals(kind))
            .toList();
    assertThat(found).as(service + " " + kind).hasSize(1);
    return found.get(0);
  }

  private static boolean isOf(Collector.Span span, String path) {
    return path.equals(span.attributes().get("url.path"));
  }

  private static Service traced(Service.Builder builder, Yaml settings, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start();
  }
}
