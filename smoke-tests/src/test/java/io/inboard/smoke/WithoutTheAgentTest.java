// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Curl;
import io.inboard.smoke.support.Envoy;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.LargeBodies;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.WebSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The peers and the sample services among themselves: if one of these fails, it is not the agent.
 */
@Tag("alone")
class WithoutTheAgentTest {
  static final List<String> CLIENTS =
      List.of("url-connection", "rest-template", "jdk", "jdk-async");
  static final List<String> CLIENTS_SINCE_SPRING_6 =
      List.of("url-connection", "rest-template", "jdk", "jdk-async", "rest-client");

  @TempDir Path directory;

  @Test
  void envoyReachesEnvoyOverMutualTlsAsIstioDoes() throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Service app = Service.plain("pay", Jdks.own()).start();
        Envoy server =
            Envoy.start(
                "server.yaml",
                directory,
                Map.of(
                    "UPSTREAM",
                    "" + app.port(),
                    "IDENTITY",
                    pki.issue("pay").toString(),
                    "ALPN",
                    "istio, http/1.1",
                    "EXPECT",
                    Pki.spiffe("web")));
        Envoy client =
            Envoy.start(
                "client.yaml",
                directory,
                Map.of(
                    "UPSTREAM",
                    "" + server.port(),
                    "IDENTITY",
                    pki.issue("web").toString(),
                    "HTTP",
                    "http_protocol_options",
                    "ALPN",
                    "istio-peer-exchange, istio, http/1.1",
                    "EXPECT",
                    Pki.spiffe("pay")))) {
      assertThat(Http.body(client.url("/hello"))).isEqualTo("hello from pay");
      assertThat(Http.body(client.url("/headers"))).contains("URI=" + Pki.spiffe("web"));
    }
  }

  @Test
  void theCollectorWritesWhatAnotherTracerSends() throws Exception {
    try (Collector collector = Collector.start(directory)) {
      Service.Builder builder = Service.boot("boot-3.5", "shop", Jdks.own());
      collector.environment("http/protobuf").forEach(builder::environment);
      try (Service shop =
          builder
              .neighbour(Path.of(System.getProperty("smoke.neighbour")))
              .environment("OTEL_BSP_SCHEDULE_DELAY", "100")
              .environment("OTEL_SERVICE_NAME", "shop")
              .start()) {
        Http.body(shop.callUrl("jdk", shop.url("/hello")));
        assertThat(collector.awaitTrace("server, client, server", trace -> trace.size() >= 3))
            .extracting(Collector.Span::kind)
            .contains("SERVER", "CLIENT");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boot-2.7", "boot-3.5", "boot-4"})
  void aSampleServiceDoesWhatItIsFor(String line) throws Exception {
    try (Service shop = Service.boot(line, "shop", Jdks.own()).start()) {
      for (String client : line.equals("boot-2.7") ? CLIENTS : CLIENTS_SINCE_SPRING_6) {
        assertThat(Http.body(shop.callUrl(client, shop.url("/items/7"))))
            .isEqualTo("item 7 of shop");
        assertThat(
                Http.body(shop.callUrl(client, shop.url("/pay")) + "&method=POST&body=p-" + client))
            .isEqualTo("paid p-" + client + " to shop");
      }
      for (String way : List.of("/callable", "/deferred", "/background", "/future", "/chained")) {
        assertThat(Http.body(shop.callUrl(way, "jdk", shop.url("/async-items/7"))))
            .isEqualTo("item 7 of shop");
      }
      LargeBodies.areWhole(Curl.Way.plain(shop));
      assertThat(WebSocket.plain(shop.port()).say("hello")).isEqualTo("echo hello");
      Http.post(shop.url("/fail?status=503"), "");
      assertThat(Http.get(shop.callUrl("jdk", shop.url("/hello"))).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void aBareServiceRunsOnTheOldestJdk() throws Exception {
    try (Service bare = Service.bare("bare", Jdks.of(11)).start()) {
      assertThat(Http.body(bare.url("/"))).isEqualTo("bare");
    }
  }
}
