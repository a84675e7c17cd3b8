// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.Contexts;
import io.inboard.call.PeerIdentity;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.inboard.settings.TelemetrySettings.Sampler;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spans and metrics as OpenTelemetry's stable HTTP semantic conventions want them. */
class SpansTest {
  private static final String PARENT = "00-12345678901234567890123456789012-1234567890123456-01";

  private Given.Collector collector = new Given.Collector(Given.settings());

  private Telemetry telemetry() {
    return collector.telemetry;
  }

  private static Map<String, Object> attributes(SpanData span) {
    return plain(span.getAttributes());
  }

  private static Map<String, Object> plain(Attributes attributes) {
    Map<String, Object> plain = new LinkedHashMap<>();
    attributes.forEach((AttributeKey<?> key, Object value) -> plain.put(key.getKey(), value));
    return plain;
  }

  private SpanData only() {
    assertThat(collector.spans()).hasSize(1);
    return collector.spans.get(0);
  }

  private List<HistogramPointData> points(String metric) {
    return collector.metrics.stream()
        .filter(m -> m.getName().equals(metric))
        .map(MetricData::getHistogramData)
        .flatMap(h -> h.getPoints().stream())
        .toList();
  }

  @Test
  void aServerSpanHasWhatTheConventionsAskFor() {
    ServerTrace trace =
        telemetry()
            .server(
                new Given.In(
                    "GET",
                    "/orders/7",
                    "full=1&sig=secret",
                    Optional.of(new PeerIdentity("spiffe://td/ns/shop/sa/web", NO_CERTIFICATE)),
                    List.of(
                        "traceparent", PARENT,
                        "Host", "orders.shop:8443",
                        "User-Agent", "curl/8",
                        "X-Forwarded-For", "203.0.113.7, 10.0.0.1")),
                CallerTerms.NONE);
    trace.route("/orders/*");
    trace.route("/orders/{id}");
    trace.end(200, null);
    trace.end(500, new IllegalStateException("too late"));
    SpanData span = only();
    assertThat(span.getName()).isEqualTo("GET /orders/{id}");
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getStatus()).isEqualTo(StatusData.unset());
    assertThat(span.getTraceId()).isEqualTo("12345678901234567890123456789012");
    assertThat(span.getParentSpanId()).isEqualTo("1234567890123456");
    assertThat(attributes(span))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("http.request.method", "GET"),
                Map.entry("url.scheme", "http"),
                Map.entry("url.path", "/orders/7"),
                Map.entry("url.query", "full=1&sig=REDACTED"),
                Map.entry("network.protocol.version", "1.1"),
                Map.entry("server.address", "orders.shop"),
                Map.entry("server.port", 8443L),
                Map.entry("network.peer.address", "127.0.0.2"),
                Map.entry("network.peer.port", 40_000L),
                Map.entry("client.address", "203.0.113.7"),
                Map.entry("user_agent.original", "curl/8"),
                Map.entry("inboard.peer.id", "spiffe://td/ns/shop/sa/web"),
                Map.entry("http.route", "/orders/{id}"),
                Map.entry("http.response.status_code", 200L)));
    Map<String, Object> resource = plain(span.getResource().getAttributes());
    assertThat(resource)
        .containsEntry("service.name", "orders")
        .containsEntry("service.namespace", "shop")
        .containsEntry("service.version", "1.4")
        .containsEntry("team", "blue")
        .containsEntry("telemetry.distro.name", "inboard")
        .containsEntry("telemetry.sdk.language", "java")
        .containsEntry("process.pid", ProcessHandle.current().pid())
        .containsKey("service.instance.id");
    assertThat(points("http.server.request.duration"))
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getCount()).isEqualTo(1);
              assertThat(point.getSum()).isBetween(0.0, 30.0);
              assertThat(point.getBoundaries())
                  .containsExactly(
                      .005, .01, .025, .05, .075, .1, .25, .5, .75, 1.0, 2.5, 5.0, 7.5, 10.0);
              assertThat(plain(point.getAttributes()))
                  .containsExactlyInAnyOrderEntriesOf(
                      Map.of(
                          "http.request.method", "GET",
                          "url.scheme", "http",
                          "http.route", "/orders/{id}",
                          "http.response.status_code", 200L,
                          "network.protocol.version", "1.1"));
            });
  }

  @Test
  void aFrameworksRouteCountsMoreThanTheServersAndTheFirstOfThemMost() {
    ServerTrace trace = telemetry().server(Given.In.get("/api/items/7"), CallerTerms.NONE);
    trace.route("/api");
    trace.context().matched("/api/items/{id}");
    trace.context().matched("/error");
    trace.route("/api/*");
    trace.end(200, null);
    assertThat(only().getName()).isEqualTo("GET /api/items/{id}");
    assertThat(attributes(only())).containsEntry("http.route", "/api/items/{id}");
  }

  @Test
  void aValueOfAMetricNamesTheSampledSpanThatItCameFrom() {
    ServerTrace trace = telemetry().server(Given.In.get("/"), CallerTerms.NONE);
    trace.end(200, null);
    SpanData span = only();
    assertThat(points("http.server.request.duration").get(0).getExemplars())
        .singleElement()
        .satisfies(
            exemplar -> {
              assertThat(exemplar.getSpanContext().getTraceId()).isEqualTo(span.getTraceId());
              assertThat(exemplar.getSpanContext().getSpanId()).isEqualTo(span.getSpanId());
            });
  }

  @Test
  void withoutHostAndProxyTheConnectionTellsTheAddresses() {
    telemetry().server(Given.In.get("/"), CallerTerms.NONE).end(404, null);
    assertThat(only().getName()).isEqualTo("GET");
    assertThat(attributes(only()))
        .containsEntry("server.address", "127.0.0.1")
        .containsEntry("server.port", 8081L)
        .containsEntry("client.address", "127.0.0.2")
        .doesNotContainKeys("error.type", "url.query", "http.route", "inboard.peer.id");
    assertThat(only().getStatus()).isEqualTo(StatusData.unset());
  }

  @Test
  void aServerErrorIsNamedByItsStatusAndKeepsTheException() {
    telemetry()
        .server(Given.In.get("/"), CallerTerms.NONE)
        .end(500, new IllegalStateException("broken"));
    assertThat(attributes(only())).containsEntry("error.type", "500");
    assertThat(only().getStatus().getStatusCode().name()).isEqualTo("ERROR");
    assertThat(only().getEvents())
        .singleElement()
        .satisfies(
            event ->
                assertThat(plain(event.getAttributes()))
                    .containsEntry("exception.type", "java.lang.IllegalStateException")
                    .containsEntry("exception.message", "broken"));
  }

  @Test
  void anErrorWithoutAResponseIsNamedByItsClass() {
    telemetry()
        .server(Given.In.get("/"), CallerTerms.NONE)
        .end(0, new CompletionException(new IOException("gone")));
    assertThat(attributes(only()))
        .containsEntry("error.type", "java.io.IOException")
        .doesNotContainKey("http.response.status_code");
  }

  @Test
  void aDeniedRequestSaysWhy() {
    ServerTrace trace = telemetry().server(Given.In.get("/"), CallerTerms.NONE);
    trace.deny("no rule allows spiffe://td/x");
    trace.end(403, null);
    assertThat(attributes(only()))
        .containsEntry("inboard.deny.reason", "no rule allows spiffe://td/x")
        .containsEntry("http.response.status_code", 403L);
  }

  @Test
  void anUnknownMethodIsOtherAndNamedBesides() {
    ServerTrace trace =
        telemetry()
            .server(new Given.In("get", "/", "", Optional.empty(), List.of()), CallerTerms.NONE);
    trace.route("/x");
    trace.end(200, null);
    assertThat(only().getName()).isEqualTo("HTTP /x");
    assertThat(attributes(only()))
        .containsEntry("http.request.method", "_OTHER")
        .containsEntry("http.request.method_original", "get");
    assertThat(plain(points("http.server.request.duration").get(0).getAttributes()))
        .containsEntry("http.request.method", "_OTHER");
  }

  @ParameterizedTest
  @CsvSource({"/health", "/actuator", "/actuator/info", "/actuator/a/b"})
  void excludedPathsGetNoSpanAndPassOnWhatCameIn(String path) {
    ServerTrace trace =
        telemetry()
            .server(Given.In.get(path, "traceparent", PARENT, "baggage", "a=1"), CallerTerms.NONE);
    Given.Wire wire = call(trace, Given.Out.get());
    trace.end(200, null);
    assertThat(collector.spans())
        .singleElement()
        .satisfies(
            span -> {
              assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
              assertThat(span.getParentSpanId()).isEqualTo("1234567890123456");
            });
    assertThat(wire.headers).containsEntry("baggage", "a=1");
    assertThat(points("http.server.request.duration")).hasSize(1);
  }

  @Test
  void whatAnExcludedRequestCausesIsNoTraceOfItsOwn() {
    ServerTrace trace = telemetry().server(Given.In.get("/health"), CallerTerms.NONE);
    Given.Wire wire = call(trace, Given.Out.get());
    trace.end(200, null);
    assertThat(collector.spans()).isEmpty();
    assertThat(wire.headers.get("traceparent")).endsWith("-02");
  }

  @ParameterizedTest
  @CsvSource({"/healthy", "/health/x", "/actuators", "/", "/x/health"})
  void otherPathsAreNotExcluded(String path) {
    telemetry().server(Given.In.get(path), CallerTerms.NONE).end(200, null);
    assertThat(collector.spans()).hasSize(1);
  }

  private Given.Wire call(ServerTrace trace, Given.Out request) {
    Given.Wire wire = new Given.Wire();
    try (Contexts.Scope scope = telemetry().contexts().activate(trace.context())) {
      ClientSpan span = telemetry().client(request).attempt(1, Optional.empty(), 0);
      span.writeHeaders(wire);
      span.end(200, null);
    }
    return wire;
  }

  @Test
  void eachAttemptIsAClientSpanOfItsOwn() {
    ServerTrace server =
        telemetry().server(Given.In.get("/", "traceparent", PARENT), CallerTerms.NONE);
    Given.Wire first = new Given.Wire();
    Given.Wire second = new Given.Wire();
    try (Contexts.Scope scope = telemetry().contexts().activate(server.context())) {
      ClientTrace call = telemetry().client(Given.Out.get());
      call.destination("payments");
      ClientSpan one = call.attempt(1, Optional.of("10.0.0.5"), 8443);
      one.writeHeaders(first);
      one.end(0, new IOException("refused"));
      ClientSpan two = call.attempt(2, Optional.of("::1"), 8444);
      two.retryReason("connect-failure").peer("spiffe://td/pay").protocolVersion("1.1");
      two.writeHeaders(second);
      two.end(200, null);
    }
    server.end(200, null);
    List<SpanData> spans = collector.spans();
    assertThat(spans).hasSize(3);
    SpanData parent = spans.get(2);
    assertThat(spans.subList(0, 2))
        .allSatisfy(
            span -> {
              assertThat(span.getName()).isEqualTo("GET");
              assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
              assertThat(span.getParentSpanId()).isEqualTo(parent.getSpanId());
            });
    assertThat(first.headers.get("traceparent")).contains(spans.get(0).getSpanId());
    assertThat(second.headers.get("traceparent")).contains(spans.get(1).getSpanId());
    assertThat(attributes(spans.get(0)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "http.request.method", "GET",
                "url.full", "http://payments:8080/pay?id=1",
                "server.address", "payments",
                "server.port", 8080L,
                "network.peer.address", "10.0.0.5",
                "network.peer.port", 8443L,
                "inboard.destination", "payments",
                "inboard.endpoint", "10.0.0.5:8443",
                "error.type", "java.io.IOException"));
    assertThat(attributes(spans.get(1)))
        .containsEntry("http.request.resend_count", 1L)
        .containsEntry("http.response.status_code", 200L)
        .containsEntry("inboard.endpoint", "[::1]:8444")
        .containsEntry("inboard.retry.reason", "connect-failure")
        .containsEntry("inboard.peer.id", "spiffe://td/pay")
        .containsEntry("network.protocol.version", "1.1")
        .doesNotContainKey("error.type");
    assertThat(points("http.client.request.duration"))
        .extracting(point -> plain(point.getAttributes()))
        .containsExactlyInAnyOrder(
            Map.of(
                "http.request.method", "GET",
                "server.address", "payments",
                "server.port", 8080L,
                "error.type", "java.io.IOException"),
            Map.of(
                "http.request.method", "GET",
                "server.address", "payments",
                "server.port", 8080L,
                "http.response.status_code", 200L,
                "network.protocol.version", "1.1"));
  }

  @Test
  void aClientErrorStatusIsAnError() {
    ClientSpan span = telemetry().client(Given.Out.get()).attempt(1, Optional.empty(), 0);
    span.end(404, null);
    assertThat(attributes(only())).containsEntry("error.type", "404");
    assertThat(only().getStatus().getStatusCode().name()).isEqualTo("ERROR");
  }

  @Test
  void aRefusedCallIsSeenInTheTraceAndIsNoRequest() {
    telemetry().client(Given.Out.get()).refused(1, "circuit_open", "UO");
    assertThat(attributes(only()))
        .containsEntry("inboard.refused", "circuit_open")
        .containsEntry("error.type", "circuit_open")
        .containsEntry("inboard.flags", "UO");
    assertThat(points("http.client.request.duration")).isEmpty();
  }

  @Test
  void anAnswerOfTheMeshsOwnIsMarked() {
    telemetry().client(Given.Out.get()).answered(1, 503, "", "FI");
    assertThat(attributes(only()))
        .containsEntry("inboard.flags", "FI")
        .containsEntry("http.response.status_code", 503L)
        .doesNotContainKey("inboard.fallback");
    assertThat(points("http.client.request.duration")).isEmpty();
  }

  @Test
  void aFallbackIsMarked() {
    telemetry().client(Given.Out.get()).answered(2, 0, "response", "");
    assertThat(attributes(only()))
        .containsEntry("inboard.fallback", "response")
        .doesNotContainKey("inboard.flags");
  }

  @Test
  void theTraceparentOfAnotherTracerWins() {
    ServerTrace server = telemetry().server(Given.In.get("/", "baggage", "a=1"), CallerTerms.NONE);
    Given.Wire wire = call(server, Given.Out.get("traceparent", PARENT));
    server.end(200, null);
    assertThat(wire.headers).isEmpty();
    assertThat(collector.spans()).extracting(SpanData::getKind).containsExactly(SpanKind.SERVER);
    assertThat(points("http.client.request.duration")).hasSize(1);
  }

  /** A gateway copies what it was asked with: nobody else traces the call. */
  @Test
  void aTraceHeaderThatIsTheServedRequestsIsReplaced() {
    ServerTrace server =
        telemetry()
            .server(
                Given.In.get("/", "traceparent", PARENT, "tracestate", "a=1"), CallerTerms.NONE);
    Given.Wire wire = call(server, Given.Out.get("traceparent", PARENT, "tracestate", "a=1"));
    server.end(200, null);
    assertThat(wire.headers.get("traceparent"))
        .startsWith(PARENT.substring(0, 36))
        .isNotEqualTo(PARENT);
    assertThat(wire.headers).containsEntry("tracestate", "a=1");
    assertThat(collector.spans())
        .extracting(SpanData::getKind)
        .containsExactlyInAnyOrder(SpanKind.CLIENT, SpanKind.SERVER);
    SpanData client =
        collector.spans().stream().filter(s -> s.getKind() == SpanKind.CLIENT).findAny().get();
    assertThat(client.getParentSpanId()).isEqualTo(server.context().spanContext().getSpanId());
  }

  @Test
  void whatIsLeftOfACopiedB3IsRemoved() {
    collector = new Given.Collector(Given.settings("b3"));
    String[] copied = {
      "x-b3-traceid", "463ac35c9f6413ad48485a3953bb6124", "x-b3-spanid", "a2fb4a1d1a96d312",
      "x-b3-parentspanid", "0020000000000001", "x-b3-flags", "1"
    };
    ServerTrace server = telemetry().server(Given.In.get("/", copied), CallerTerms.NONE);
    Given.Wire wire = call(server, Given.Out.get(copied));
    assertThat(wire.headers.get("b3"))
        .matches("463ac35c9f6413ad48485a3953bb6124-[0-9a-f]{16}-1")
        .doesNotContain("a2fb4a1d1a96d312");
    assertThat(wire.removed)
        .contains("x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-flags");
  }

  @Test
  void anInvalidTraceparentOfTheApplicationIsNone() {
    ServerTrace server = telemetry().server(Given.In.get("/"), CallerTerms.NONE);
    Given.Wire wire = call(server, Given.Out.get("traceparent", "nonsense"));
    assertThat(wire.headers).containsKey("traceparent");
  }

  @Test
  void baggageAndRequestIdAreThoseOfTheApplicationIfItSetThem() {
    String[] in = {"baggage", "a=1", "x-request-id", "r-1"};
    Given.Wire passed =
        call(telemetry().server(Given.In.get("/", in), CallerTerms.NONE), Given.Out.get());
    assertThat(passed.headers).containsEntry("baggage", "a=1").containsEntry("x-request-id", "r-1");
    Given.Wire own =
        call(
            telemetry().server(Given.In.get("/", in), CallerTerms.NONE),
            Given.Out.get("baggage", "b=2", "X-Request-Id", "r-2"));
    assertThat(own.headers).containsOnlyKeys("traceparent");
  }

  @Test
  void theSamplingDecisionOfTheCallerIsKept() {
    collector =
        new Given.Collector(Given.with(Given.settings(), Sampler.PARENTBASED_TRACEIDRATIO, 0.0));
    Map<String, String> sampled = TraceContextTest.forward(telemetry(), "traceparent", PARENT);
    assertThat(sampled.get("traceparent")).endsWith("-01");
    String unsampled = PARENT.substring(0, PARENT.length() - 1) + "0";
    assertThat(TraceContextTest.forward(telemetry(), "traceparent", unsampled).get("traceparent"))
        .endsWith("-00");
    assertThat(TraceContextTest.forward(telemetry()).get("traceparent")).endsWith("-02");
    assertThat(collector.spans()).hasSize(2);
  }

  @Test
  void changedSettingsCountForTheNextRequest() {
    telemetry().apply(Given.with(Given.settings(), Sampler.ALWAYS_OFF, 1.0));
    TraceContextTest.forward(telemetry());
    telemetry().apply(Given.with(Given.settings(), Sampler.ALWAYS_ON, 1.0));
    TraceContextTest.forward(telemetry());
    telemetry().apply(Given.with(Given.settings(), Exporter.NONE, Exporter.NONE));
    assertThat(TraceContextTest.forward(telemetry())).containsKey("traceparent");
    telemetry().apply(Given.settings("b3"));
    assertThat(TraceContextTest.forward(telemetry())).containsOnlyKeys("b3");
    telemetry().apply(Given.settings());
    assertThat(collector.spans()).hasSize(4);
    // one request each under "off", "on" and "b3"; none while metrics were off
    assertThat(points("http.server.request.duration"))
        .singleElement()
        .satisfies(point -> assertThat(point.getCount()).isEqualTo(3));
  }

  @Test
  void metersOfTheMeshAreReadWithOurs() {
    telemetry()
        .observe(meter -> meter.gaugeBuilder("inboard.test").buildWithCallback(m -> m.record(7)));
    Given.firstCall(telemetry());
    telemetry().close(Duration.ofSeconds(10));
    assertThat(collector.metrics).extracting(MetricData::getName).contains("inboard.test");
  }

  /** Any certificate; none of its content matters here. */
  private static final X509Certificate NO_CERTIFICATE = certificate();

  private static X509Certificate certificate() {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init((KeyStore) null);
      return ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers()[0];
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
