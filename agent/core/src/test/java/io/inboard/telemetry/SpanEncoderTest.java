// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.CallerTerms;
import io.inboard.call.Contexts;
import io.inboard.settings.ServiceSettings;
import io.inboard.settings.TelemetrySettings.Exporter;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What goes to a collector is what the SDK's own exporter would have sent, byte for byte. */
class SpanEncoderTest {
  private static final String PARENT = "00-12345678901234567890123456789012-1234567890123456-01";

  private final Given.Collector collector =
      new Given.Collector(Given.with(Given.settings(), Exporter.OTLP, Exporter.NONE));

  private void served(Given.In request, String route, int status, Throwable error) {
    ServerTrace trace = collector.telemetry.server(request, CallerTerms.NONE);
    if (!route.isEmpty()) {
      trace.route(route);
    }
    trace.end(status, error);
  }

  private static Given.In post(String path, String query, String... headers) {
    return new Given.In("POST", path, query, Optional.empty(), List.of(headers));
  }

  private static byte[] bySdk(List<SpanData> spans) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TraceRequestMarshaler.create(spans).writeBinaryTo(bytes);
    return bytes.toByteArray();
  }

  private static byte[] byUs(List<SpanData> spans) {
    // Too small, so that it has to grow in the midst of things.
    ProtoBuffer buffer = new ProtoBuffer(1);
    new SpanEncoder(buffer).encode(spans);
    return buffer.toByteArray();
  }

  private void assertSame() throws IOException {
    List<SpanData> spans = collector.spans();
    assertThat(spans).isNotEmpty();
    for (SpanData span : spans) {
      assertThat(byUs(List.of(span))).isEqualTo(bySdk(List.of(span)));
    }
    assertThat(byUs(spans)).isEqualTo(bySdk(spans));
  }

  @Test
  void requestsThatAreServed() throws IOException {
    served(Given.In.get("/"), "", 200, null);
    served(
        post(
            "/orders/7",
            "full=1",
            "traceparent",
            PARENT,
            "tracestate",
            "a=1,b=2",
            "host",
            "shop:8443",
            "user-agent",
            "curl/8"),
        "/orders/{id}",
        404,
        null);
    served(Given.In.get("/", "traceparent", PARENT.replace("1234", "f0a9")), "", 0, null);
    assertSame();
  }

  @Test
  void requestsThatFail() throws IOException {
    served(Given.In.get("/"), "/x", 500, new IllegalStateException("br\u00f6ken"));
    served(Given.In.get("/"), "/x", 0, new IOException());
    ServerTrace denied = collector.telemetry.server(Given.In.get("/"), CallerTerms.NONE);
    denied.deny("no rule");
    denied.end(403, null);
    assertSame();
  }

  @Test
  void textsOfEveryKindAndLength() throws IOException {
    served(
        post("/k\u00e4se/\u20ac/\ud83e\uddc0", "q=\u0000\u007f\u0080\uffff"),
        "/{\u00fc}",
        200,
        null);
    served(post("/half/\ud83e", "other=\udd00x"), "", 200, null);
    for (int length : new int[] {1, 100, 120, 121, 122, 125, 127, 128, 129, 200, 16_300, 16_384}) {
      served(Given.In.get("/" + "x".repeat(length)), "", 200, null);
    }
    served(Given.In.get("/" + "\u20ac".repeat(42)), "", 200, null);
    served(Given.In.get("/" + "\u00e4".repeat(8_192)), "", 200, null);
    assertSame();
  }

  /** What came before is copied; what only looks like it is not. */
  @Test
  void textsThatComeAgainAndOthersAtTheirPlace() throws IOException {
    for (String path : "/a /a /a /b /a /b /b /b /\u00e4 /\u00e4 /\u00e4 /a /a".split(" ")) {
      served(Given.In.get(path, "host", "shop", "user-agent", path), "", 200, null);
      served(post(path, "", "host", "shop"), "/{x}", 200, null);
      collector.telemetry.client(Given.Out.get()).attempt(1, Optional.empty(), 0).end(200, null);
    }
    List<SpanData> spans = collector.spans();
    assertThat(spans).hasSize(39);
    ProtoBuffer buffer = new ProtoBuffer(1);
    SpanEncoder encoder = new SpanEncoder(buffer);
    for (SpanData span : spans) {
      buffer.clear();
      encoder.encode(List.of(span));
      assertThat(buffer.toByteArray()).isEqualTo(bySdk(List.of(span)));
    }
    buffer.clear();
    encoder.encode(spans);
    assertThat(buffer.toByteArray()).isEqualTo(bySdk(spans));
  }

  /** A place has another meaning in a call: the path of a request, the address of a peer. */
  @Test
  void textsThatStandAtThePlaceOfAnotherKey() throws IOException {
    for (int i = 0; i < 4; i++) {
      served(Given.In.get("/a"), "", 200, null);
      collector
          .telemetry
          .client(Given.Out.get())
          .attempt(1, Optional.of("/a"), 8443)
          .end(200, null);
    }
    assertSame();
  }

  /** What is remembered of a resource is not said of another. */
  @Test
  void spansOfAnotherServiceAreItsOwn() throws IOException {
    Given.Collector other =
        new Given.Collector(
            new ServiceSettings("invoices", "shop", "", "", Map.of()),
            Given.with(Given.settings(), Exporter.OTLP, Exporter.NONE));
    served(Given.In.get("/"), "", 200, null);
    other.telemetry.server(Given.In.get("/"), CallerTerms.NONE).end(200, null);
    List<SpanData> one = collector.spans();
    List<SpanData> another = other.spans();
    ProtoBuffer buffer = new ProtoBuffer(1);
    SpanEncoder encoder = new SpanEncoder(buffer);
    for (List<SpanData> spans : List.of(one, another, one)) {
      buffer.clear();
      encoder.encode(spans);
      assertThat(buffer.toByteArray()).isEqualTo(bySdk(spans));
    }
  }

  @Test
  void callsWithAllThatTheMeshHasToSay() throws IOException {
    ServerTrace server =
        collector.telemetry.server(Given.In.get("/", "traceparent", PARENT), CallerTerms.NONE);
    try (Contexts.Scope scope = collector.telemetry.contexts().activate(server.context())) {
      ClientTrace call = collector.telemetry.client(Given.Out.get());
      call.attempt(1, Optional.empty(), 0).end(200, null);
      call.destination("payments");
      ClientSpan attempt = call.attempt(2, Optional.of("::1"), 8443);
      attempt.retryReason("503").peer("spiffe://td/pay").protocolVersion("2");
      attempt.flags("UF,URX").fallback("destination");
      attempt.end(503, null);
      call.refused(3, "circuit_open", "UO");
      call.answered(4, 503, "response", "FI");
      call.answered(5, 0, "", "");
    }
    server.end(200, null);
    collector.telemetry.client(Given.Out.get()).attempt(1, Optional.empty(), 0).end(0, null);
    assertSame();
  }

  /** The sender of a batch that took too long may still read it while the next one is encoded. */
  @Test
  void aBatchOnItsWayIsNotOverwritten() throws IOException {
    served(Given.In.get("/first"), "", 200, null);
    served(Given.In.get("/second"), "", 200, null);
    List<SpanData> spans = collector.spans();
    List<ByteArrayOutputStream> late = new ArrayList<>();
    List<Runnable> writes = new ArrayList<>();
    List<CompletableResultCode> results = new ArrayList<>();
    EncodedSpans exporter =
        new EncodedSpans(
            (message, count) -> {
              ByteArrayOutputStream out = new ByteArrayOutputStream();
              late.add(out);
              writes.add(
                  () -> {
                    try {
                      message.toBinaryMessageWriter().writeMessage(out);
                    } catch (IOException e) {
                      throw new IllegalStateException(e);
                    }
                  });
              results.add(new CompletableResultCode());
              return results.get(results.size() - 1);
            },
            () -> {});
    exporter.export(spans.subList(0, 1));
    exporter.export(spans.subList(1, 2));
    writes.forEach(Runnable::run);
    assertThat(late.get(0).toByteArray()).isEqualTo(bySdk(spans.subList(0, 1)));
    assertThat(late.get(1).toByteArray()).isEqualTo(bySdk(spans.subList(1, 2)));
    results.forEach(CompletableResultCode::succeed);
    exporter.export(spans);
    writes.get(2).run();
    assertThat(late.get(2).toByteArray()).isEqualTo(bySdk(spans));
  }
}
