// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Load;
import io.inboard.smoke.support.Ports;
import io.inboard.smoke.support.Program;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.SettingsServer;
import io.inboard.smoke.support.Yaml;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the collector does, the application does not notice. */
@Tag("alone")
class CollectorTroubleTest {
  private static final Duration PROMISED = Duration.ofSeconds(1);

  /** What a busy machine adds to any measurement. */
  private static final Duration NOISE = Duration.ofMillis(300);

  private static Duration without;

  @BeforeAll
  static void measureWithoutTheAgent() throws Exception {
    without = exit(Service.plain("web", Jdks.own()));
  }

  @Test
  void aDeadCollectorCostsNothing() throws Exception {
    assertUnharmed("http://127.0.0.1:" + Ports.free());
  }

  /** Connections are accepted by the kernel, and nobody ever answers. */
  @Test
  void aSlowCollectorCostsNothing() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      assertUnharmed("http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 503})
  void aRefusingCollectorCostsNothing(int status) throws Exception {
    try (SettingsServer refusing =
        SettingsServer.behaving(
            exchange -> {
              exchange.getRequestBody().readAllBytes();
              exchange.sendResponseHeaders(status, -1);
            })) {
      assertUnharmed(refusing.url().replace("/settings.yaml", ""));
    }
  }

  private static void assertUnharmed(String collector) throws Exception {
    Duration with =
        exit(
            Service.plain("web", Jdks.own())
                .environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
                .environment("OTEL_BSP_SCHEDULE_DELAY", "100")
                .environment("OTEL_METRIC_EXPORT_INTERVAL", "200")
                .agent(Yaml.traced("web")));
    assertThat(with).isLessThanOrEqualTo(without.plus(PROMISED).plus(NOISE));
  }

  /** Serves a while under load, then how long System.exit takes; the better of two. */
  private static Duration exit(Service.Builder builder) throws Exception {
    Duration[] took = new Duration[2];
    for (int i = 0; i < took.length; i++) {
      try (Service web = builder.start()) {
        try (Load load =
            Load.closed(4, 1, () -> Http.body(web.callUrl("jdk", web.url("/hello"))))) {
          load.awaitMore(400);
          load.stop();
          assertThat(load.failures()).isEmpty();
        }
        Http.body(web.url("/exit"));
        Program.Ended ended = web.program().end(Duration.ofSeconds(30));
        assertThat(ended.exit()).isZero();
        took[i] = ended.took();
      }
    }
    return Arrays.stream(took).min(Duration::compareTo).orElseThrow();
  }
}
