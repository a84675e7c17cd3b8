// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The OpenTelemetry Java agent in the same JVM. */
class BesideAnotherAgentTest {
  private static final Path NEIGHBOUR = Path.of(System.getProperty("smoke.neighbour", ""));
  @TempDir Path directory;

  @ParameterizedTest(name = "ours first: {0}")
  @ValueSource(booleans = {true, false})
  void bothWorkAndThereIsOneTrace(boolean oursFirst) throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Collector collector = Collector.start(directory);
        Service back =
            traced(Service.boot("boot-4", "pay", Jdks.own()), collector)
                .agent(Yaml.traced("pay").identity(pki.issue("pay")).inbound("STRICT"))
                .start()) {
      Yaml settings =
          Yaml.traced("web")
              .identity(pki.issue("web"))
              .destinations(
                  """
                  - host: pay
                    endpoints: ["%s"]
                    tls: {mode: MUTUAL, principals: ["%s"]}
                  """
                      .formatted(back.address(), Pki.principal("pay")));
      Service.Builder builder =
          traced(Service.boot("boot-3.5", "web", Jdks.own()), collector)
              .environment("OTEL_SERVICE_NAME", "web");
      if (oursFirst) {
        builder.agent(settings).neighbour(NEIGHBOUR);
      } else {
        builder.neighbour(NEIGHBOUR).agent(settings);
      }
      try (Service front = builder.start()) {
        // By nobody traced yet: what leaves is in the neighbour's trace, ours starts no second one.
        Http.body(front.callUrl("jdk", "http://pay/items/7"));
        List<Collector.Span> trace =
            collector.awaitTrace(
                "the neighbour and the back",
                spans ->
                    spans.stream().anyMatch(span -> span.service().equals("pay"))
                        && spans.stream().anyMatch(Collector.Span::root)
                        && spans.stream().anyMatch(BesideAnotherAgentTest::theirs));
        assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);

        // By somebody traced already: all of it is in that trace.
        for (String client : List.of("url-connection", "jdk", "jdk-async")) {
          String id = "%032x".formatted(client.hashCode() & 0xffffffffL);
          HttpRequest request =
              HttpRequest.newBuilder(URI.create(front.callUrl(client, "http://pay/items/7")))
                  .header("traceparent", "00-" + id + "-00f067aa0ba902b7-01")
                  .build();
          assertThat(Http.send(request).body()).isEqualTo("item 7 of pay");
          List<Collector.Span> joined =
              collector.awaitTrace(
                  client + " in the caller's trace",
                  spans ->
                      spans.get(0).trace().equals(id)
                          && spans.stream().anyMatch(span -> span.service().equals("pay"))
                          && spans.stream().anyMatch(BesideAnotherAgentTest::theirs)
                          && spans.stream().anyMatch(BesideAnotherAgentTest::ours));
          assertThat(joined).noneMatch(Collector.Span::root);
        }
        assertThat(front.warnings()).isEmpty();
      }
    }
  }

  private static boolean ours(Collector.Span span) {
    return span.service().equals("web") && !theirs(span);
  }

  private static boolean theirs(Collector.Span span) {
    return span.service().equals("web") && span.scope().startsWith("io.opentelemetry.");
  }

  private static Service.Builder traced(Service.Builder builder, Collector collector) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200");
  }
}
