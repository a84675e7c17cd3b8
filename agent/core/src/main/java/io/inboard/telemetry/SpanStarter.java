// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.sdk.trace.IdGenerator;

/**
 * Starts spans: recorded if traces are exported and the sampler takes them, else ids alone, so that
 * the trace is passed on with the sampling decision that it has. Safe for use by any thread.
 */
final class SpanStarter {
  private static final byte SAMPLED = 0x01;
  private static final byte RANDOM = 0x02;

  private final ActiveSpan.Origin origin;
  private final LiveSampler sampler;
  private final IdGenerator ids = IdGenerator.random();

  SpanStarter(ActiveSpan.Origin origin, LiveSampler sampler) {
    this.origin = origin;
    this.sampler = sampler;
  }

  /**
   * @param parent perhaps invalid: then a trace begins
   */
  ActiveSpan start(boolean recording, String name, SpanKind kind, SpanContext parent) {
    String traceId = parent.isValid() ? parent.getTraceId() : ids.generateTraceId();
    boolean sampled = sampler.samples(parent, traceId);
    SpanContext context = child(traceId, parent, sampled);
    return recording && sampled
        ? new ActiveSpan(origin, context, parent, kind, name)
        : new ActiveSpan(context);
  }

  /** The root of a trace that is not recorded. */
  ActiveSpan unsampled() {
    return new ActiveSpan(child(ids.generateTraceId(), SpanContext.getInvalid(), false));
  }

  private SpanContext child(String traceId, SpanContext parent, boolean sampled) {
    boolean random = !parent.isValid() || parent.getTraceFlags().isTraceIdRandom();
    byte flags = (byte) ((sampled ? SAMPLED : 0) | (random ? RANDOM : 0));
    return SpanContext.create(
        traceId, ids.generateSpanId(), TraceFlags.fromByte(flags), parent.getTraceState());
  }
}
