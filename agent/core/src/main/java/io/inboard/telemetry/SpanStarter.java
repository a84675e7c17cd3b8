// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceFlagsBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;

/**
 * Starts spans: recorded by the SDK if traces are exported, else ids alone, so that the trace is
 * passed on with the sampling decision that it would have had. Safe for use by any thread.
 */
final class SpanStarter {
  private final Tracer tracer;
  private final LiveSampler sampler;
  private final IdGenerator ids = IdGenerator.random();

  SpanStarter(Tracer tracer, LiveSampler sampler) {
    this.tracer = tracer;
    this.sampler = sampler;
  }

  Span start(boolean recording, String name, SpanKind kind, Span parent) {
    if (recording) {
      return tracer
          .spanBuilder(name)
          .setSpanKind(kind)
          .setParent(Context.root().with(parent))
          .startSpan();
    }
    SpanContext from = parent.getSpanContext();
    String traceId = from.isValid() ? from.getTraceId() : ids.generateTraceId();
    return withoutRecording(traceId, from, sampler.samples(from, traceId));
  }

  /** The head of a trace that nobody is to record. */
  Span unsampled() {
    return withoutRecording(ids.generateTraceId(), SpanContext.getInvalid(), false);
  }

  private Span withoutRecording(String traceId, SpanContext parent, boolean sampled) {
    TraceFlagsBuilder flags =
        TraceFlags.builder()
            .setSampled(sampled)
            .setRandomTraceId(!parent.isValid() || parent.getTraceFlags().isTraceIdRandom());
    return Span.wrap(
        SpanContext.create(traceId, ids.generateSpanId(), flags.build(), parent.getTraceState()));
  }
}
