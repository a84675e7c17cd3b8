// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import io.inboard.telemetry.ClientSpan;
import io.inboard.telemetry.ClientTrace;
import io.inboard.telemetry.Telemetry;
import java.util.Locale;
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

    /** What the next attempt has to tell of what came before it. */
    private String flags = "";

    private String fallback = "";

    Traced(ClientTrace trace) {
      this.trace = trace;
    }

    @Override
    public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
      attempts++;
      int colon = endpoint.map(e -> e.lastIndexOf(':')).orElse(-1);
      ClientSpan span =
          colon < 0
              ? trace.attempt(attempts, Optional.empty(), 0)
              : trace.attempt(
                  attempts,
                  endpoint.map(e -> e.substring(0, colon).replace("[", "").replace("]", "")),
                  Integer.parseInt(endpoint.get().substring(colon + 1)));
      if (!reason.isEmpty()) {
        span.retryReason(reason);
      }
      if (!fallback.isEmpty()) {
        span.fallback(fallback);
      }
      String before = flags;
      flags = "";
      return new TracedAttempt(span, before);
    }

    @Override
    public void injected(long delayNanos, int status) {
      flags = delayNanos > 0 ? Flags.DELAY_INJECTED : "";
      if (status > 0) {
        trace.answered(1, status, "", Flags.join(flags, Flags.FAULT_INJECTED));
      }
    }

    @Override
    public void fallback(Fallback kind) {
      fallback = kind.name().toLowerCase(Locale.ROOT);
      if (kind != Fallback.DESTINATION) {
        trace.answered(attempts + 1, 0, fallback, "");
      }
    }

    @Override
    public void refused(Step.Reason reason, String message) {
      trace.refused(attempts + 1, reason.name().toLowerCase(Locale.ROOT), Flags.of(reason));
    }
  }

  /** Told by the steps of a call, which follow each other. */
  private static final class TracedAttempt implements OfAttempt {
    private final ClientSpan span;
    private String flags;

    TracedAttempt(ClientSpan span, String flags) {
      this.span = span;
      this.flags = flags;
    }

    @Override
    public void writeHeaders(HeaderSink headers) {
      span.writeHeaders(headers);
    }

    @Override
    public void peer(String identity) {
      span.peer(identity);
    }

    @Override
    public void retriesExhausted() {
      flags = Flags.join(flags, Flags.EXHAUSTED);
    }

    @Override
    public void end(int status, Throwable error, String outcome) {
      String all = Flags.join(Flags.of(outcome), flags);
      if (!all.isEmpty()) {
        span.flags(all);
      }
      boolean cancelled = status == 0 && error == null;
      span.end(status, cancelled ? new CancellationException(outcome) : error);
    }
  }
}
