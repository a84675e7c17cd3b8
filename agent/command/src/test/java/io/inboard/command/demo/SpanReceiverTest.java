// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.trace.TestSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What OpenTelemetry's own exporter writes is read. */
class SpanReceiverTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String SPAN = "00f067aa0ba902b7";

  @Test
  void everyFieldThatTheDemoShowsArrives() throws IOException {
    try (SpanReceiver receiver = SpanReceiver.start()) {
      export(receiver, span(Attributes.empty()));

      assertThat(receiver.await(TRACE, spans -> !spans.isEmpty(), 10_000))
          .containsExactly(
              new Span(
                  TRACE,
                  SPAN,
                  PARENT,
                  "payments",
                  "GET",
                  Span.CLIENT,
                  1_700_000_000_000_000_000L,
                  1_700_000_000_003_000_000L,
                  Map.of(
                      "http.response.status_code",
                      "503",
                      "inboard.peer.id",
                      "spiffe://demo/sa/web",
                      "sampled",
                      "true",
                      "ratio",
                      "0.5",
                      "list",
                      "")));
    }
  }

  @Test
  void anInstanceIsToldByItsId() throws IOException {
    try (SpanReceiver receiver = SpanReceiver.start()) {
      export(
          receiver,
          span(Attributes.of(AttributeKey.stringKey("service.instance.id"), "payments-2")));

      assertThat(receiver.await(TRACE, spans -> !spans.isEmpty(), 10_000))
          .extracting(Span::instance)
          .containsExactly("payments-2");
    }
  }

  @Test
  void whatDoesNotComeIsNotWaitedForForever() throws IOException {
    try (SpanReceiver receiver = SpanReceiver.start()) {
      assertThat(receiver.await(TRACE, spans -> !spans.isEmpty(), 20)).isEmpty();
    }
  }

  @Test
  void somethingElseIsNoExport() {
    for (byte[] junk : List.of(new byte[] {10, 100}, new byte[] {15}, new byte[] {8, -1})) {
      assertThatIllegalArgumentException().isThrownBy(() -> OtlpReader.spans(junk));
    }
  }

  private static void export(SpanReceiver receiver, SpanData span) {
    try (OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(receiver.endpoint() + "/v1/traces").build()) {
      assertThat(exporter.export(List.of(span)).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
  }

  private static SpanData span(Attributes resource) {
    return TestSpanData.builder()
        .setResource(
            Resource.create(
                resource.toBuilder()
                    .put(AttributeKey.stringKey("service.name"), "payments")
                    .build()))
        .setSpanContext(context(SPAN))
        .setParentSpanContext(context(PARENT))
        .setName("GET")
        .setKind(SpanKind.CLIENT)
        .setStartEpochNanos(1_700_000_000_000_000_000L)
        .setEndEpochNanos(1_700_000_000_003_000_000L)
        .setHasEnded(true)
        .setStatus(StatusData.error())
        .setEvents(List.of(EventData.create(1, "an event, which nobody reads", Attributes.empty())))
        .setAttributes(
            Attributes.builder()
                .put(AttributeKey.longKey("http.response.status_code"), 503L)
                .put(AttributeKey.stringKey("inboard.peer.id"), "spiffe://demo/sa/web")
                .put(AttributeKey.booleanKey("sampled"), true)
                .put(AttributeKey.doubleKey("ratio"), 0.5)
                .put(AttributeKey.stringArrayKey("list"), List.of("a", "b"))
                .build())
        .build();
  }

  private static SpanContext context(String spanId) {
    return SpanContext.create(TRACE, spanId, TraceFlags.getSampled(), TraceState.getDefault());
  }
}
