// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services of gRPC are members like any other. One caller and two servers, one on Netty as it is
 * and one on the Netty of grpc-netty-shaded, take part in all tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcTest {
  private static final String SECRET = "shop.Echo/ServerStream";

  @TempDir static Path directory;

  /** Traces that a test has looked at. */
  private final Set<String> known = new HashSet<>();

  private Collector collector;
  private Service front;
  private Service back;
  private Service shaded;

  @BeforeAll
  void start() throws Exception {
    Pki pki = new Pki(directory);
    collector = Collector.start(directory);
    back = server("pay", "netty", pki);
    shaded = server("stock", "shaded", pki);
    front =
        traced(
            Service.grpcFront("web", Jdks.own()),
            Yaml.traced("web")
                .identity(pki.issue("web"))
                .destinations(entry("pay", back) + entry("stock", shaded)));
  }

  private Service server(String name, String transport, Pki pki) {
    String rules =
        """
        inbound:
          mtls: STRICT
          authorization:
            - {action: DENY, to: {paths: ["/shop.Echo/ServerStream"], ports: [%d]}}
            - {action: ALLOW, from: {principals: ["%s"]}}
        """;
    Service.Builder builder = Service.grpcBack(name, transport, Jdks.own());
    // The shaded one refuses a method; the other serves them all.
    int port = transport.equals("shaded") ? builder.port() : 1;
    return traced(
        builder,
        Yaml.traced(name)
            .identity(pki.issue(name))
            .with(rules.formatted(port, Pki.principal("web"))));
  }

  private static String entry(String host, Service service) {
    return """
    - host: %s
      endpoints: ["%s"]
      tls: {mode: MUTUAL, principals: ["%s"]}
    """
        .formatted(host, service.address(), Pki.principal(host));
  }

  private Service traced(Service.Builder builder, Yaml settings) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200").agent(settings).start();
  }

  @AfterAll
  void stop() {
    for (AutoCloseable each : new AutoCloseable[] {front, back, shaded, collector}) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private HttpResponse<String> call(String client, String kind, String host, String message)
      throws Exception {
    return Http.get(
        front.url(
            "/call?client="
                + client
                + "&kind="
                + kind
                + "&target="
                + host
                + ":80&message="
                + Service.encode(message)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "shaded", "okhttp"})
  void aCallOfEachKindIsMutuallySecuredAndOneTrace(String client) throws Exception {
    Map<String, String> kinds =
        Map.of(
            "unary", "pay hi",
            "server-stream", "pay hi0,pay hi1,pay hi2",
            "client-stream", "pay hihihi",
            "bidi", "pay hi,pay hi,pay hi");
    Map<String, String> methods =
        Map.of(
            "unary", "Unary",
            "server-stream", "ServerStream",
            "client-stream", "ClientStream",
            "bidi", "Bidi");
    assertThat(call(client, "unary", "pay", "who").body()).contains("URI=" + Pki.spiffe("web"));
    for (Map.Entry<String, String> kind : kinds.entrySet()) {
      assertThat(call(client, kind.getKey(), "pay", "hi").body()).isEqualTo(kind.getValue());
      String name = "shop.Echo/" + methods.get(kind.getKey());
      List<Collector.Span> trace =
          collector.awaitTrace(
              name,
              spans ->
                  spans.size() == 3
                      && spans.stream().filter(s -> s.name().equals(name)).count() == 2
                      && !known.contains(spans.get(0).trace()));
      known.add(trace.get(0).trace());
      Map<String, Collector.Span> byName =
          trace.stream().collect(Collectors.toMap(GrpcTest::name, Function.identity()));
      assertThat(byName.get("web CLIENT").parent()).isEqualTo(byName.get("web SERVER").id());
      assertThat(byName.get("pay SERVER").parent()).isEqualTo(byName.get("web CLIENT").id());
      for (String side : List.of("web CLIENT", "pay SERVER")) {
        assertThat(byName.get(side).attributes())
            .as(side)
            .containsEntry("rpc.system", "grpc")
            .containsEntry("rpc.service", "shop.Echo")
            .containsEntry("rpc.method", methods.get(kind.getKey()))
            .containsEntry("rpc.grpc.status_code", "0")
            .containsEntry("network.protocol.version", "2");
      }
      assertThat(byName.get("web CLIENT").attributes())
          .containsEntry("inboard.peer.id", Pki.spiffe("pay"));
      assertThat(byName.get("pay SERVER").attributes())
          .containsEntry("inboard.peer.id", Pki.spiffe("web"));
    }
  }

  private static String name(Collector.Span span) {
    return span.service() + " " + span.kind();
  }

  @Test
  void whoMayNotIsToldSoAndTheHealthServiceAnswers() throws Exception {
    HttpResponse<String> refused = call("netty", "server-stream", "stock", "hi");
    assertThat(refused.body()).isEqualTo("PERMISSION_DENIED: access denied");
    assertThat(call("okhttp", "server-stream", "stock", "hi").body())
        .isEqualTo("PERMISSION_DENIED: access denied");
    assertThat(call("netty", "unary", "stock", "hi").body()).isEqualTo("stock hi");
    assertThat(call("netty", "health", "stock", "").body()).isEqualTo("SERVING");
    List<Collector.Span> trace =
        collector.awaitTrace(
            "the refusal",
            spans ->
                spans.size() == 3
                    && spans.stream()
                        .anyMatch(s -> s.service().equals("stock") && s.name().equals(SECRET)));
    assertThat(trace)
        .filteredOn(span -> span.name().equals(SECRET))
        .hasSize(2)
        .allSatisfy(
            span -> assertThat(span.attributes()).containsEntry("rpc.grpc.status_code", "7"));
  }

  @Test
  void aDeadlineReachesTheServer() throws Exception {
    String url = front.url("/call?client=netty&kind=unary&target=pay:80&message=deadline");
    assertThat(Long.parseLong(Http.body(url + "&deadline=5000"))).isBetween(1L, 5000L);
    assertThat(Http.body(url + "&deadline=none")).isEqualTo("none");
  }

  /**
   * gRPC's own cases (doc/interop-test-descriptions.md of grpc/grpc), over mutual TLS. Those named
   * {@code noprobe} do not first ask whether the server can see that a message was compressed: that
   * of gRPC-Java cannot.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty_unary",
        "large_unary",
        "client_streaming",
        "server_streaming",
        "ping_pong",
        "empty_stream",
        "status_code_and_message",
        "special_status_message",
        "unimplemented_method",
        "unimplemented_service",
        "cancel_after_begin",
        "cancel_after_first_response",
        "timeout_on_sleeping_server",
        "custom_metadata",
        "client_compressed_unary_noprobe",
        "client_compressed_streaming_noprobe",
        "server_compressed_unary",
        "server_compressed_streaming",
        "very_large_request"
      })
  void interoperability(String test) throws Exception {
    for (String okHttp : List.of("false", "true")) {
      assertThat(Http.body(front.url("/interop?case=" + test + "&host=pay&okhttp=" + okHttp)))
          .as("over OkHttp: " + okHttp)
          .isEqualTo("passed");
    }
  }
}
