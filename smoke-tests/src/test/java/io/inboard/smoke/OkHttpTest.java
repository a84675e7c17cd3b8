// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that calls others by OkHttp is a member like any other. */
class OkHttpTest {
  private static final List<String> CLIENTS = List.of("okhttp", "okhttp-async");

  @TempDir Path directory;

  @Test
  void aCallIsMutuallySecuredAndGoesToAnotherInstanceWhenOneIsGone() throws Exception {
    Pki pki = new Pki(directory);
    Service.Builder gone = Service.boot("boot-3.5", "gone", Jdks.own());
    try (Service back =
            Service.boot("boot-3.5", "pay", Jdks.own())
                .agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start();
        Service front =
            Service.okHttp("web", Jdks.own())
                .agent(
                    Yaml.service("web")
                        .identity(pki.issue("web"))
                        .destinations(
                            """
                            - host: pay
                              endpoints: ["%s", "%s"]
                              loadBalancer: {simple: ROUND_ROBIN}
                              tls: {mode: MUTUAL, principals: ["%s"]}
                            """
                                .formatted(gone.address(), back.address(), Pki.principal("pay"))))
                .start()) {
      for (String client : CLIENTS) {
        for (int i = 0; i < 4; i++) {
          assertThat(Http.body(front.callUrl(client, "http://pay/headers")))
              .as(client)
              .contains("URI=" + Pki.spiffe("web"))
              .contains("\"url\":\"http://pay/headers\"");
          assertThat(Http.body(front.callUrl(client, "http://pay/pay") + "&method=POST&body=1"))
              .as(client)
              .isEqualTo("paid 1 to pay");
        }
      }
      assertThat(front.status().findPath("innerAttempts")).as("the library's own").isEmpty();
      assertThat(back.warnings()).as("the back").isEmpty();
    }
  }

  @Test
  void aRequestThroughAServiceWithOkHttpIsOneTrace() throws Exception {
    for (String client : CLIENTS) {
      try (Collector collector = Collector.start(Files.createDirectory(directory.resolve(client)));
          Service back = traced(Service.plain("back", Jdks.own()), collector);
          Service front = traced(Service.okHttp("front", Jdks.own()), collector)) {
        assertThat(Http.body(front.callUrl(client, back.url("/hello"))))
            .isEqualTo("hello from back");
        List<Collector.Span> trace =
            collector.awaitTrace("the whole way", spans -> names(spans).size() == 3);
        assertThat(trace).hasSize(3);
        Map<String, Collector.Span> byName =
            trace.stream().collect(Collectors.toMap(OkHttpTest::name, Function.identity()));
        assertThat(byName.get("front CLIENT").parent()).isEqualTo(byName.get("front SERVER").id());
        assertThat(byName.get("back SERVER").parent()).isEqualTo(byName.get("front CLIENT").id());
        assertThat(byName.get("front CLIENT").attributes())
            .containsEntry("network.protocol.version", "1.1")
            .containsEntry("url.full", back.url("/hello"));
      }
    }
  }

  private static Service traced(Service.Builder builder, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder
        .environment("OTEL_BSP_SCHEDULE_DELAY", "200")
        .agent(Yaml.traced(builder.name()))
        .start();
  }

  private static Set<String> names(List<Collector.Span> spans) {
    return spans.stream().map(OkHttpTest::name).collect(Collectors.toSet());
  }

  private static String name(Collector.Span span) {
    return span.service() + " " + span.kind();
  }
}
