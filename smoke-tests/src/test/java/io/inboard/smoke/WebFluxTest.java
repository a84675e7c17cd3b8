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

/** Spring WebFlux on reactor-netty is a member like any other. */
class WebFluxTest {
  private static final String HTTP_2 = "--server.http2.enabled=true";

  @TempDir Path directory;

  @Test
  void itTrustsOnlyMembersAndTellsTheRoutesOfItsRequests() throws Exception {
    Pki pki = new Pki(directory);
    try (Collector collector = Collector.start(directory);
        Service back =
            traced(
                Service.boot("reactive", "pay", Jdks.own()).argument(HTTP_2),
                strict("pay", pki),
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
      routed(collector, "GET /items/{id}");
      assertThat(call(front, "/things/7")).isEqualTo("thing 7");
      routed(collector, "GET /things/{id}");
      Program.Ended plain = Curl.Way.plain(back).run("/hello");
      assertThat(plain.out()).startsWith("This port accepts mutual TLS only");
      Path web = pki.issue("web");
      for (String version : List.of("--http1.1", "--http2")) {
        assertThat(Curl.Way.mutual(back, web).run("/headers", version).out())
            .as(version)
            .contains("URI=" + Pki.spiffe("web"));
      }
    }
  }

  @Test
  void whoMayNotIsRefusedByHttp1AndHttp2() throws Exception {
    Pki pki = new Pki(directory);
    String rules =
        "inbound: {mtls: STRICT, authorization: [{action: ALLOW, from: {principals: [\"%s\"]},"
            + " to: {paths: [\"/hello\"]}}]}\n";
    Yaml settings =
        Yaml.service("pay").identity(pki.issue("pay")).with(rules.formatted(Pki.principal("web")));
    Path web = pki.issue("web");
    Path other = pki.issue("other");
    try (Service back =
        Service.boot("reactive", "pay", Jdks.own()).argument(HTTP_2).agent(settings).start()) {
      for (String version : List.of("--http1.1", "--http2")) {
        assertThat(Curl.Way.mutual(back, web).run("/hello", version).out())
            .as(version)
            .isEqualTo("hello from netty");
        assertThat(Curl.Way.mutual(back, web).run("/items/7", version).out()).isEmpty();
        assertThat(Curl.Way.mutual(back, other).run("/hello", version).out()).isEmpty();
      }
    }
  }

  private static String call(Service front, String path) throws Exception {
    return Http.body(
        front.url("/call?client=rest-template&url=" + Service.encode("http://pay" + path)));
  }

  /** One trace, of both services, and the route that the server's span says. */
  private static void routed(Collector collector, String name) {
    List<Collector.Span> trace =
        collector.awaitTrace(
            name,
            spans -> spans.size() == 3 && spans.stream().anyMatch(s -> s.name().equals(name)));
    assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
    assertThat(trace)
        .filteredOn(span -> span.name().equals(name))
        .singleElement()
        .satisfies(
            span ->
                assertThat(span.attributes())
                    .containsEntry("http.response.status_code", "200")
                    .containsEntry("url.scheme", "http"));
  }

  private static Yaml strict(String name, Pki pki) {
    return Yaml.traced(name).identity(pki.issue(name)).inbound("STRICT");
  }

  private static Service traced(Service.Builder builder, Yaml settings, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start();
  }
}
