// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.opentelemetry.api.trace.SpanKind;
import java.util.Optional;

/**
 * One call of the application, whose attempts are spans. Reads the request while attempts are made,
 * as {@link OutboundRequest} allows. The steps of a call follow each other, so it needs no guard.
 */
public final class ClientTrace {
  private final OutboundRequest request;
  private final RequestContext context;

  /** Whether another tracer traces this call. */
  private final boolean foreign;

  /** Whether the request carries the trace headers of the request that is served here. */
  private final boolean copied;

  private final boolean recording;
  private final SpanStarter spans;
  private final Propagation propagation;
  private final Optional<DurationMetrics> durations;
  private final String method;

  /** Null unless it is a call of gRPC. */
  private final Rpc rpc;

  /** The URL as spans show it; made at the first sampled attempt, empty before. */
  private String url = "";

  private String destination = "";

  /**
   * @param carried the span that the application's request names; perhaps invalid
   */
  ClientTrace(
      OutboundRequest request,
      RequestContext context,
      TraceIds carried,
      boolean recording,
      SpanStarter spans,
      Propagation propagation,
      Optional<DurationMetrics> durations) {
    this.request = request;
    this.context = context;
    this.copied = carried.isValid() && carried.isSameSpan(context.received());
    this.foreign = carried.isValid() && !copied;
    this.recording = recording;
    this.spans = spans;
    this.propagation = propagation;
    this.durations = durations;
    this.method = Keys.method(request.method());
    this.rpc = request.isGrpc() ? Rpc.of(request.target()) : null;
  }

  /** The settings' destination that serves the call; for {@code inboard.destination}. */
  public void destination(String name) {
    destination = name;
  }

  /**
   * Begins an attempt: a CLIENT span, a sibling of those before it.
   *
   * @param number 1 for the first
   * @param endpointAddress where it goes, an address as digits; empty if the library decides
   * @param endpointPort ignored without an address
   */
  public ClientSpan attempt(int number, Optional<String> endpointAddress, int endpointPort) {
    ActiveSpan span = start(number);
    if (!foreign && span.recording() && endpointAddress.isPresent()) {
      String address = endpointAddress.get();
      span.describe(SpanField.PEER_ADDRESS, address);
      span.describePorts(request.port(), endpointPort);
      span.describe(
          SpanField.ENDPOINT,
          (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + endpointPort);
    }
    return new ClientSpan(this, span);
  }

  /**
   * The mesh refused the call (an open breaker, no endpoint): a span without a request, so that the
   * trace shows it. No metric: nothing was sent.
   *
   * @param number of the attempt that was not made, 1 or more
   * @param reason from a bounded set, for {@code inboard.refused} and {@code error.type}
   * @param flags Envoy's response flags, joined by commas
   */
  public void refused(int number, String reason, String flags) {
    if (!foreign) {
      ClientSpan.refused(start(number), reason, flags);
    }
  }

  /**
   * The application gets an answer of the mesh's own: a span without a request, so that a service
   * that is down is not hidden by it.
   *
   * @param number of the attempt that was not made, 1 or more
   * @param status what the application gets
   * @param fallback the kind of fallback; empty: it is a failure on purpose
   * @param flags Envoy's response flags, joined by commas; perhaps empty
   */
  public void answered(int number, int status, String fallback, String flags) {
    if (foreign) {
      return;
    }
    ActiveSpan span = start(number);
    if (!fallback.isEmpty()) {
      span.set(SpanField.FALLBACK, fallback);
    }
    if (!flags.isEmpty()) {
      span.set(SpanField.FLAGS, flags);
    }
    span.end(status, "", null, null, null);
  }

  private ActiveSpan start(int number) {
    if (foreign) {
      return ActiveSpan.passedOn(TraceIds.NONE);
    }
    ActiveSpan span =
        spans.start(
            recording,
            rpc == null ? Keys.methodInName(method) : rpc.name(),
            SpanKind.CLIENT,
            context.ids());
    if (span.recording()) {
      describe(span, number);
    }
    return span;
  }

  private void describe(ActiveSpan span, int number) {
    if (rpc == null) {
      describeHttp(span);
    } else {
      span.describe(rpc);
    }
    span.describe(SpanField.SERVER_ADDRESS, request.host());
    span.describePorts(request.port(), ActiveSpan.UNSET);
    if (number > 1) {
      span.describeResend(number - 1);
    }
    if (!destination.isEmpty()) {
      span.describe(SpanField.DESTINATION, destination);
    }
  }

  private void describeHttp(ActiveSpan span) {
    span.describe(SpanField.METHOD, method);
    if (method.equals(Keys.OTHER)) {
      span.describe(SpanField.METHOD_ORIGINAL, request.method());
    }
    if (url.isEmpty()) {
      url = Urls.full(request);
    }
    span.describe(SpanField.URL_FULL, url);
  }

  boolean isGrpc() {
    return rpc != null;
  }

  void writeHeaders(ActiveSpan span, HeaderSink headers) {
    if (!foreign) {
      if (copied) {
        propagation.removeSpan(headers);
      }
      propagation.writeSpan(span, headers);
      if (request.headers(BaggageHeader.NAME).isEmpty()) {
        propagation.writeBaggage(context.baggage(), headers);
      }
    }
    String requestId = context.requestId();
    if (!requestId.isEmpty() && request.headers(RequestIds.NAME).isEmpty()) {
      headers.set(RequestIds.NAME, requestId);
    }
  }

  /**
   * Of a call of gRPC, before the span's end.
   *
   * @param code {@link io.inboard.call.GrpcStatus#NONE}: it is not known
   */
  void measure(ActiveSpan span, int code) {
    if (durations.isPresent()) {
      durations.get().ofGrpc().client(rpc, code, request.host(), request.port(), span);
    }
  }

  /** Before the span's end. */
  void measure(ActiveSpan span, int status, String errorType, String version) {
    if (durations.isPresent()) {
      durations
          .get()
          .client(
              method,
              request.host(),
              request.port(),
              status,
              errorType,
              version,
              span.elapsedNanos(),
              span);
    }
  }
}
