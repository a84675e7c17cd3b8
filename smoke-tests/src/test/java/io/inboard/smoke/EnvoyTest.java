// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Envoy;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Istio's proxy on the other side, in both directions; each checks who the other is. */
class EnvoyTest {
  @TempDir Path directory;

  @ParameterizedTest(name = "{0} with {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "boot-2.7 | http_protocol_options  | istio-peer-exchange, istio, http/1.1",
        "boot-3.5 | http_protocol_options  | istio-peer-exchange, istio, http/1.1",
        "boot-3.5 | http2_protocol_options | istio-peer-exchange, istio, h2",
        "boot-4   | http2_protocol_options | h2",
        "plain    | http_protocol_options  | istio-peer-exchange, istio, http/1.1"
      })
  void envoyCallsAStrictService(String line, String http, String alpn) throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Service back = strict(line, pki);
        Envoy envoy = client(pki, back.port(), http, alpn, Pki.spiffe("pay"))) {
      assertThat(Http.body(envoy.url("/hello"))).isEqualTo("hello from pay");
      assertThat(Http.body(envoy.url("/headers"))).contains("URI=" + Pki.spiffe("web"));
      if (!line.equals("plain")) {
        assertThat(Http.post(envoy.url("/pay"), "p-1").body()).isEqualTo("paid p-1 to pay");
      }
      assertThat(envoy.counter("cluster.pay.ssl.handshake")).isPositive();
      assertThat(back.warnings()).isEmpty();
    }
  }

  @Test
  void envoyRefusesAServiceThatIsSomebodyElse() throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Service back = strict("boot-3.5", pki);
        Envoy envoy =
            client(pki, back.port(), "http_protocol_options", "http/1.1", Pki.spiffe("other"))) {
      assertThat(Http.get(envoy.url("/hello")).statusCode()).isEqualTo(503);
      assertThat(envoy.counter("cluster.pay.ssl.fail_verify_san")).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"http/1.1", "h2, http/1.1", "istio-peer-exchange, h2, http/1.1"})
  void ourClientsCallEnvoy(String alpn) throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Service app = Service.plain("pay", Jdks.own()).start();
        Envoy envoy = server(pki, app.port(), alpn, Pki.spiffe("web"));
        Service front = front(pki, envoy.port(), "pay")) {
      for (String client : WithoutTheAgentTest.CLIENTS_SINCE_SPRING_6) {
        assertThat(Http.body(front.callUrl(client, "http://pay/headers")))
            .as(client)
            .contains("URI=" + Pki.spiffe("web"));
      }
      assertThat(front.warnings()).isEmpty();
    }
  }

  @Test
  void ourClientsRefuseAnEnvoyThatIsSomebodyElse() throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Service app = Service.plain("pay", Jdks.own()).start();
        Envoy envoy = server(pki, app.port(), "http/1.1", Pki.spiffe("web"));
        Service front = front(pki, envoy.port(), "other")) {
      for (String client : List.of("url-connection", "jdk")) {
        assertThat(Http.get(front.callUrl(client, "http://pay/hello")).statusCode()).isEqualTo(502);
      }
      assertThat(envoy.counter("http.in.downstream_rq_total")).isZero();
    }
  }

  @Test
  void envoyRefusesAClientThatIsSomebodyElse() throws Exception {
    Pki pki = new Pki(directory.resolve("pki"));
    try (Service app = Service.plain("pay", Jdks.own()).start();
        Envoy envoy = server(pki, app.port(), "http/1.1", Pki.spiffe("other"));
        Service front = front(pki, envoy.port(), "pay")) {
      for (String client : List.of("url-connection", "jdk")) {
        assertThat(Http.get(front.callUrl(client, "http://pay/hello")).statusCode()).isEqualTo(502);
      }
    }
  }

  private static Service strict(String line, Pki pki) {
    Service.Builder builder =
        line.equals("plain")
            ? Service.plain("pay", Jdks.own())
            : Service.boot(line, "pay", Jdks.own());
    return builder.agent(Yaml.service("pay").identity(pki.issue("pay")).inbound("STRICT")).start();
  }

  private static Service front(Pki pki, int endpoint, String expected) {
    return Service.boot("boot-3.5", "web", Jdks.own())
        .agent(
            Yaml.service("web")
                .identity(pki.issue("web"))
                .destinations(
                    """
                    - host: pay
                      endpoints: ["127.0.0.1:%d"]
                      tls: {mode: MUTUAL, principals: ["%s"]}
                    """
                        .formatted(endpoint, Pki.principal(expected))))
        .start();
  }

  private Envoy client(Pki pki, int upstream, String http, String alpn, String expect) {
    return Envoy.start(
        "client.yaml",
        directory,
        Map.of(
            "UPSTREAM", "" + upstream,
            "IDENTITY", pki.issue("web").toString(),
            "HTTP", http,
            "ALPN", alpn,
            "EXPECT", expect));
  }

  private Envoy server(Pki pki, int upstream, String alpn, String expect) {
    return Envoy.start(
        "server.yaml",
        directory,
        Map.of(
            "UPSTREAM",
            "" + upstream,
            "IDENTITY",
            pki.issue("pay").toString(),
            "ALPN",
            alpn,
            "EXPECT",
            expect));
  }
}
