// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.CallerTerms;
import io.inboard.call.Context;
import io.inboard.call.Repeated;
import io.opentelemetry.api.trace.SpanContext;

/**
 * What one request carries from thread to thread: the span that it is part of, its baggage, its
 * request id, its caller's terms. What it says never changes.
 */
public sealed class RequestContext implements Context permits ServerTrace {
  /** No trace, no baggage, no deadline: the parent of calls that no request has caused. */
  static final RequestContext ROOT =
      new RequestContext(TraceIds.NONE, TraceIds.NONE, BaggageHeader.EMPTY, "", CallerTerms.NONE);

  private final TraceIds received;
  private final TraceIds span;
  private final BaggageHeader baggage;
  private final String requestId;
  private final CallerTerms terms;

  /**
   * @param received the caller's span, as the request's headers say it; perhaps invalid
   */
  RequestContext(
      TraceIds received,
      TraceIds span,
      BaggageHeader baggage,
      String requestId,
      CallerTerms terms) {
    this.received = received;
    this.span = span;
    this.baggage = baggage;
    this.requestId = requestId;
    this.terms = terms;
  }

  /** A context of ours as it is; any other, {@link Context#NONE} above all, as the root. */
  static RequestContext of(Context context) {
    Context original = context instanceof Repeated again ? again.original() : context;
    return original instanceof RequestContext ours ? ours : ROOT;
  }

  /** The span that calls made in this context are children of; perhaps invalid. */
  public final SpanContext spanContext() {
    return span;
  }

  /** The same. */
  final TraceIds ids() {
    return span;
  }

  /** The span that the request's headers name, which is the parent of {@link #ids}. */
  final TraceIds received() {
    return received;
  }

  @Override
  public final CallerTerms terms() {
    return terms;
  }

  final BaggageHeader baggage() {
    return baggage;
  }

  /** The {@code x-request-id} that came in; empty if none did. */
  final String requestId() {
    return requestId;
  }

  @Override
  public final String toString() {
    return spanContext().getTraceId() + "-" + spanContext().getSpanId();
  }
}
