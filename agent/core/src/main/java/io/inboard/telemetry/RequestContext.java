// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.Context;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;

/**
 * What one request carries from thread to thread: the span that it is part of, its baggage, its
 * request id, its deadline. Immutable; holds the span, so it must not outlive the request by much.
 */
public final class RequestContext implements Context {
  /** A deadline that never comes. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** No trace, no baggage, no deadline: the parent of calls that no request has caused. */
  static final RequestContext ROOT =
      new RequestContext(Span.getInvalid(), BaggageHeader.EMPTY, "", NO_DEADLINE);

  private final Span span;
  private final BaggageHeader baggage;
  private final String requestId;
  private final long deadlineNanos;

  RequestContext(Span span, BaggageHeader baggage, String requestId, long deadlineNanos) {
    this.span = span;
    this.baggage = baggage;
    this.requestId = requestId;
    this.deadlineNanos = deadlineNanos;
  }

  /** A context of ours as it is; any other, {@link Context#NONE} above all, as the root. */
  static RequestContext of(Context context) {
    return context instanceof RequestContext ours ? ours : ROOT;
  }

  /** The span that calls made in this context are children of; perhaps invalid. */
  public SpanContext spanContext() {
    return span.getSpanContext();
  }

  /**
   * When this request's time is up, as {@link System#nanoTime} counts; {@link #NO_DEADLINE} if it
   * has no bound.
   */
  public long deadlineNanos() {
    return deadlineNanos;
  }

  /** The same context with another deadline. */
  public RequestContext withDeadline(long nanos) {
    return new RequestContext(span, baggage, requestId, nanos);
  }

  Span span() {
    return span;
  }

  BaggageHeader baggage() {
    return baggage;
  }

  /** The {@code x-request-id} that came in; empty if none did. */
  String requestId() {
    return requestId;
  }

  @Override
  public String toString() {
    return spanContext().getTraceId() + "-" + spanContext().getSpanId();
  }
}
