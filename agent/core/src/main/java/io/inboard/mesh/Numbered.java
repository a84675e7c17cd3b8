// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import java.util.Optional;

/**
 * Sees the rest of a call that goes on at another destination: numbers its attempts from where
 * those of the first destination ended.
 *
 * @param before attempts until now
 */
record Numbered(CallObserver.OfCall call, int before) implements CallObserver.OfCall {
  @Override
  public CallObserver.OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
    return call.attempt(before + number, number == 1 ? "fallback" : reason, endpoint);
  }

  @Override
  public void injected(long delayNanos, int status) {
    call.injected(delayNanos, status);
  }

  @Override
  public void fallback(Fallback kind) {
    call.fallback(kind);
  }

  @Override
  public void refused(Step.Reason reason, String message) {
    call.refused(reason, message);
  }
}
