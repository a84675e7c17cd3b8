// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.inboard.smoke.support.Collector;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Pki;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stands on the hooked clients and servers is a member without hooks of its own, and what a
 * framework repeats by itself does not multiply what the mesh does. One service calls another by
 * each framework; both live as long as this class.
 */
class FrameworksTest {
  private static final int ATTEMPTS = 3;

  /** More tokens than all the calls of this class need. */
  private static final String RETRIES =
      """
        retries: {attempts: %d}
        retryBudget: {percent: 100, minRetriesPerSecond: 1000, fundedBy: request}
      """
          .formatted(ATTEMPTS - 1);

  private static Collector collector;

  /** Of no member: it resets whatever it is asked for. */
  private static FaultyServer torn;

  private static Service payments;
  private static Service web;

  static List<String> frameworks() {
    return List.of(
        "feign",
        "feign-apache4",
        "feign-apache5",
        "feign-okhttp",
        "feign-jdk",
        "retrofit",
        "rest-template",
        "rest-client",
        "http-interface",
        "jersey",
        "jersey-apache4",
        "resteasy",
        "cxf",
        "cxf-url-connection");
  }

  @BeforeAll
  static void start(@TempDir Path directory) {
    Pki pki = new Pki(directory);
    collector = Collector.start(directory);
    torn = new FaultyServer().fault(Faults.resetAfterRequest());
    payments =
        traced(Service.frameworks("payments", Jdks.own()))
            .agent(Yaml.traced("payments").identity(pki.issue("payments")).inbound("STRICT"))
            .start();
    web =
        traced(Service.frameworks("web", Jdks.own()))
            .agent(
                Yaml.traced("web")
                    .identity(pki.issue("web"))
                    .destinations(
                        """
                        - host: payments
                          endpoints: ["%s"]
                          tls: {mode: MUTUAL, principals: ["%s"]}
                        %s- host: torn
                          endpoints: ["%s"]
                          tls: {mode: DISABLE}
                        %s"""
                            .formatted(
                                payments.address(),
                                Pki.principal("payments"),
                                RETRIES,
                                torn.address(),
                                RETRIES)))
            .start();
  }

  private static Service.Builder traced(Service.Builder builder) {
    collector.environment("http/protobuf").forEach(builder::environment);
    return builder.environment("OTEL_BSP_SCHEDULE_DELAY", "200");
  }

  @AfterAll
  static void end() {
    for (AutoCloseable each : new AutoCloseable[] {web, payments, torn, collector}) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void theServerSeesWhoCalls(String framework) throws IOException {
    assertThat(Http.body(web.callUrl(framework, "http://payments/jersey/items/" + framework)))
        .startsWith("item " + framework)
        .contains("URI=" + Pki.spiffe("web"));
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void aRepeatedGetIsOneTraceWithASpanForEachAttempt(String framework) throws IOException {
    String url = "http://payments/flaky/heals-" + framework + "?fail=" + (ATTEMPTS - 1);
    assertThat(Http.body(web.callUrl(framework, url))).isEqualTo("done");
    List<Collector.Span> trace =
        collector.awaitTrace(
            "two services, " + ATTEMPTS + " attempts",
            spans -> of(spans, "CLIENT", framework).size() == ATTEMPTS && spans.size() == 7);
    List<Collector.Span> attempts = of(trace, "CLIENT", framework);
    assertThat(attempts)
        .extracting(span -> span.attributes().getOrDefault("http.request.resend_count", "0"))
        .containsExactlyInAnyOrder("0", "1", "2");
    assertThat(trace).filteredOn(Collector.Span::root).hasSize(1);
    assertThat(trace)
        .filteredOn(span -> span.service().equals("payments"))
        .extracting(Collector.Span::parent)
        .containsExactlyInAnyOrderElementsOf(attempts.stream().map(Collector.Span::id).toList());
  }

  private static List<Collector.Span> of(
      List<Collector.Span> spans, String kind, String framework) {
    return spans.stream()
        .filter(span -> span.kind().equals(kind) && span.service().equals("web"))
        .filter(
            span ->
                span.attributes()
                    .getOrDefault("url.full", "")
                    .contains("/heals-" + framework + "?"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("frameworks")
  void aGetIsSentAsOftenAsThePolicySaysAndAPostOnce(String framework) throws IOException {
    for (String method : List.of("GET", "POST")) {
      String key = method + "-" + framework;
      int sent = method.equals("GET") ? ATTEMPTS : 1;
      assertThat(call(framework, method, "http://payments/flaky/" + key + "?fail=99"))
          .isEqualTo(503);
      assertThat(Http.body(web.callUrl("rest-template", "http://payments/count/" + key)))
          .as("503 to " + key)
          .isEqualTo("" + sent);
      if (framework.equals("cxf") && method.equals("GET")) {
        // By java.net.http CXF 4.2.3 makes up to two more calls of it by itself where a connection
        // breaks, with or without Inboard: closing its stream sends what it has sent already.
        continue;
      }
      assertThat(call(framework, method, "http://torn/" + key)).isEqualTo(502);
      assertThat(FaultyServer.byTarget(List.of(torn)))
          .as("connections torn by " + key)
          .containsEntry("/" + key, sent);
    }
  }

  private static int call(String framework, String method, String url) throws IOException {
    String body = method.equals("POST") ? "&body=1" : "";
    HttpResponse<String> response =
        Http.get(web.callUrl(framework, url) + "&method=" + method + body);
    return response.statusCode();
  }

  /** The application's own words for it, on whatever servlet container. */
  @ParameterizedTest
  @ValueSource(strings = {"jersey", "resteasy"})
  void theRouteIsTheTemplateOfTheResource(String server) throws IOException {
    String path = "/" + server + "/items/";
    Http.body(web.callUrl("rest-template", "http://payments" + path + "routed"));
    List<Collector.Span> trace =
        collector.awaitTrace(
            "a request to " + path,
            spans ->
                spans.stream()
                    .anyMatch(
                        span ->
                            span.service().equals("payments")
                                && (path + "routed").equals(span.attributes().get("url.path"))));
    assertThat(trace)
        .filteredOn(span -> span.service().equals("payments"))
        .extracting(Collector.Span::name, span -> span.attributes().get("http.route"))
        .containsExactly(tuple("GET " + path + "{id}", path + "{id}"));
  }
}
