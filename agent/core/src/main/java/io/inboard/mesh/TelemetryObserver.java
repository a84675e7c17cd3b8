// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.telemetry.ClientSpan;
import io.inboard.telemetry.ClientTrace;
import io.inboard.telemetry.Telemetry;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Calls and attempts as spans. */
record TelemetryObserver(Telemetry telemetry) implements CallObserver {
  @Override
  public OfCall call(OutboundRequest request, Optional<String> destination) {
    ClientTrace trace = telemetry.client(request);
    destination.ifPresent(trace::destination);
    return new Traced(trace);
  }

  private static final class Traced implements OfCall {
    private final ClientTrace trace;
    private int attempts;

    Traced(ClientTrace trace) {
      this.trace = trace;
    }

    @Override
    public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
      attempts = number;
      int colon = endpoint.map(e -> e.lastIndexOf(':')).orElse(-1);
      ClientSpan span =
          colon < 0
              ? trace.attempt(number, Optional.empty(), 0)
              : trace.attempt(
                  number,
                  endpoint.map(e -> e.substring(0, colon).replace("[", "").replace("]", "")),
                  Integer.parseInt(endpoint.get().substring(colon + 1)));
      return new TracedAttempt(reason.isEmpty() ? span : span.retryReason(reason));
    }

    @Override
    public void refused(Step.Reason reason, String message) {
      trace.refused(attempts + 1, reason.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  private record TracedAttempt(ClientSpan span) implements OfAttempt {
    @Override
    public void writeHeaders(HeaderSink headers) {
      span.writeHeaders(headers);
    }

    @Override
    public void peer(String identity) {
      span.peer(identity);
    }

    @Override
    public void end(int status, Throwable error, String outcome) {
      boolean cancelled = status == 0 && error == null;
      span.end(status, cancelled ? new CancellationException(outcome) : error);
    }
  }
}
