// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Remembers what it saw, line by line. */
final class Observed implements CallObserver {
  final List<String> lines = new ArrayList<>();

  /** Attempts after which a retry was wanted, and there was none. */
  final List<Integer> exhausted = new ArrayList<>();

  @Override
  public OfCall call(OutboundRequest request, Optional<String> destination) {
    lines.add("call " + destination.orElse("-"));
    return new OfCall() {
      @Override
      public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
        lines.add("attempt " + number + " " + reason + " " + endpoint.orElse("-"));
        return new OfAttempt() {
          @Override
          public void writeHeaders(HeaderSink headers) {
            headers.set("traceparent", "attempt-" + number);
          }

          @Override
          public void retriesExhausted() {
            exhausted.add(number);
          }

          @Override
          public void peer(String identity) {
            lines.add("peer " + number + " " + identity);
          }

          @Override
          public void end(int status, Throwable error, String outcome) {
            lines.add("end " + number + " " + status + " " + outcome);
          }
        };
      }

      @Override
      public void injected(long delayNanos, int status) {
        lines.add("injected " + delayNanos / 1_000_000 + " ms " + status);
      }

      @Override
      public void fallback(Fallback kind) {
        lines.add("fallback " + kind);
      }

      @Override
      public void refused(Step.Reason reason, String message) {
        lines.add("refused " + reason);
      }
    };
  }
}
