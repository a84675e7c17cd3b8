// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdk;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Ports;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The mesh in short, on each JDK that runs it: both clients and both servers, mutual TLS both ways,
 * authorization, a retry, a trace, and what status says. Everything else is told on one or two.
 */
class EveryJdkTest {
  @TempDir Path directory;

  /** The front is Tomcat, the back the JDK's server, which calls the front. */
  @ParameterizedTest
  @ValueSource(ints = {17, 21, 25, 26, 27})
  void aCallThereAndBackIsSecuredRepeatedAndTraced(int version) throws Exception {
    Jdk jdk = Jdks.of(version);
    Pki pki = new Pki(directory);
    Service.Builder front = Service.boot("boot-3.5", "web", jdk);
    Service.Builder back = Service.plain("pay", jdk);
    String nobody = "127.0.0.1:" + Ports.free();
    try (Collector collector = Collector.start(directory);
        Service pay =
            start(back, collector, pki, rule("web"), destination("web", front.address()));
        Service web =
            start(
                front,
                collector,
                pki,
                "inbound: {mtls: PERMISSIVE}\n",
                destination("pay", nobody + "\", \"" + back.address()))) {
      for (String there : List.of("url-connection", "jdk", "jdk-async")) {
        for (String backwards : List.of("url-connection", "jdk")) {
          String inner = "http://pay/call?client=" + backwards + "&url=http://web/headers";
          // Twice, so that each of the two endpoints was the first choice once.
          for (int i = 0; i < 2; i++) {
            assertThat(Http.body(web.callUrl(there, inner)))
                .as(there + " and " + backwards)
                .contains("URI=" + Pki.spiffe("pay"));
          }
        }
        assertThat(Http.get(web.callUrl(there, "http://pay/hello")).statusCode()).isEqualTo(403);
      }
      assertOneTrace(collector);
      assertHooked(web, "http-url-connection", "jdk-http-client", "tomcat");
      assertHooked(pay, "http-url-connection", "jdk-http-client", "jdk-http-server");
      assertThat(pay.warnings())
          .as("the back")
          .isNotEmpty()
          .allSatisfy(w -> assertThat(w).contains("refused GET /hello"));
    }
  }

  private static void assertOneTrace(Collector collector) throws Exception {
    List<Collector.Span> trace =
        collector.awaitTrace(
            "there and back",
            spans ->
                spans.stream().filter(s -> s.kind().equals("SERVER")).count() == 3
                    && spans.stream().anyMatch(Collector.Span::root));
    assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
    assertThat(trace.stream().map(s -> s.service() + " " + s.kind()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder("web SERVER", "web CLIENT", "pay SERVER", "pay CLIENT");
  }

  /** All libraries that it has are hooked, and none of them was left out. */
  private static void assertHooked(Service service, String... libraries) {
    String status = service.status().toString();
    assertThat(status)
        .contains(libraries)
        .contains(Pki.principal(service.toString()))
        .doesNotContain("\"applied\":false");
  }

  private static String rule(String caller) {
    return """
        inbound:
          mtls: STRICT
          authorization:
            - {action: ALLOW, from: {principals: ["%s"]}, to: {methods: [GET], paths: ["/call"]}}
        """
        .formatted(Pki.principal(caller));
  }

  private static String destination(String name, String endpoints) {
    return """
        - host: %1$s
          endpoints: ["%2$s"]
          loadBalancer: {simple: ROUND_ROBIN}
          outlierDetection: null
          tls: {mode: MUTUAL, principals: ["%3$s"]}
          retries: {attempts: 2, retryOn: "connect-failure"}
        """
        .formatted(name, endpoints, Pki.principal(name));
  }

  private static Service start(
      Service.Builder builder, Collector collector, Pki pki, String inbound, String destinations) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder
        .environment("OTEL_BSP_SCHEDULE_DELAY", "200")
        .agent(
            Yaml.traced(builder.name())
                .identity(pki.issue(builder.name()))
                .with(inbound)
                .destinations(destinations))
        .start();
  }
}
