// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import io.inboard.telemetry.ClientSpan;
import io.inboard.telemetry.ClientTrace;
import io.inboard.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** Calls and attempts as spans; retries as metrics, too. */
final class TelemetryObserver implements CallObserver {
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("inboard.outcome");

  private final Telemetry telemetry;

  /** Both null until something is measured, which is before the first call that is. */
  private volatile LongCounter retries;

  private volatile DoubleHistogram delays;

  TelemetryObserver(Telemetry telemetry) {
    this.telemetry = telemetry;
    telemetry.observe(this::register);
  }

  private void register(Meter meter) {
    retries =
        meter
            .counterBuilder("inboard.client.retries")
            .setUnit("{attempt}")
            .setDescription("Attempts after the first of a call, by what made them necessary.")
            .build();
    delays =
        meter
            .histogramBuilder("inboard.client.retry.delay")
            .setUnit("s")
            .setDescription("Time from a failed attempt to the next one.")
            .build();
  }

  @Override
  public OfCall call(OutboundRequest request, Optional<String> destination) {
    ClientTrace trace = telemetry.client(request);
    destination.ifPresent(trace::destination);
    return new Traced(trace, destination.orElse(""));
  }

  @Override
  public OfAttempt only(OutboundRequest request) {
    ClientSpan span = telemetry.client(request).attempt(1, Optional.empty(), 0);
    return new TracedAttempt(null, span, "", "");
  }

  private void retried(String destination, String reason, String outcome) {
    LongCounter counter = retries;
    if (counter != null) {
      counter.add(
          1,
          Attributes.of(
              ResilienceMetrics.DESTINATION,
              destination,
              ResilienceMetrics.REASON,
              reason,
              OUTCOME,
              outcome));
    }
  }

  private void waited(String destination, long nanos) {
    DoubleHistogram histogram = delays;
    if (histogram != null) {
      histogram.record(nanos / 1e9, Attributes.of(ResilienceMetrics.DESTINATION, destination));
    }
  }

  private final class Traced implements OfCall {
    private final ClientTrace trace;
    private final String destination;
    private int attempts;

    /** When the attempt before ended; used if there is one. */
    private volatile long endedNanos;

    /** What the next attempt has to tell of what came before it. */
    private String flags = "";

    private String fallback = "";

    Traced(ClientTrace trace, String destination) {
      this.trace = trace;
      this.destination = destination;
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
        waited(destination, Math.max(0, System.nanoTime() - endedNanos));
      }
      if (!fallback.isEmpty()) {
        span.fallback(fallback);
      }
      String before = flags;
      flags = "";
      return new TracedAttempt(this, span, before, reason);
    }

    @Override
    public void injected(long delayNanos, int status) {
      flags = delayNanos > 0 ? ResponseFlags.DELAY_INJECTED : "";
      if (status > 0) {
        trace.answered(1, status, "", ResponseFlags.join(flags, ResponseFlags.FAULT_INJECTED));
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
      trace.refused(attempts + 1, reason.name().toLowerCase(Locale.ROOT), ResponseFlags.of(reason));
    }
  }

  /** Told by the steps of a call, which follow each other. */
  private final class TracedAttempt implements OfAttempt {
    /** Null for the only attempt of its call. */
    private final Traced call;

    private final ClientSpan span;
    private String flags;

    /** Why there was one before; empty for the first. */
    private final String reason;

    TracedAttempt(Traced call, ClientSpan span, String flags, String reason) {
      this.call = call;
      this.span = span;
      this.flags = flags;
      this.reason = reason;
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
    public void protocolVersion(String version) {
      span.protocolVersion(version);
    }

    @Override
    public void grpcStatus(int code) {
      span.grpcStatus(code);
    }

    @Override
    public void retriesExhausted() {
      flags = ResponseFlags.join(flags, ResponseFlags.EXHAUSTED);
    }

    /** gRPC fails with status 200, which its outcome then does not say. */
    private static boolean isGood(int status, String outcome) {
      return status > 0 && status < 400 && outcome.startsWith(Integer.toString(status));
    }

    @Override
    public void end(int status, Throwable error, String outcome) {
      if (call != null) {
        call.endedNanos = System.nanoTime();
      }
      if (!reason.isEmpty()) {
        retried(call.destination, reason, isGood(status, outcome) ? "success" : "failure");
      }
      String all = ResponseFlags.join(ResponseFlags.of(outcome), flags);
      if (!all.isEmpty()) {
        span.flags(all);
      }
      boolean cancelled = status == 0 && error == null;
      span.end(status, cancelled ? new CancellationException(outcome) : error);
    }
  }
}
