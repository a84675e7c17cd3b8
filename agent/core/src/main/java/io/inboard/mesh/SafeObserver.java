// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Keeps an observer's errors from the call, and its ends to one. Safe for use by any thread. */
final class SafeObserver implements CallObserver {
  private final CallObserver observer;
  private final Errors errors;

  SafeObserver(CallObserver observer, Errors errors) {
    this.observer = observer;
    this.errors = errors;
  }

  @Override
  public OfCall call(OutboundRequest request, Optional<String> destination) {
    if (observer == CallObserver.NONE) {
      return OfCall.NONE;
    }
    OfCall call = guard(() -> observer.call(request, destination), OfCall.NONE);
    return call == OfCall.NONE ? call : new SafeCall(call);
  }

  private <T> T guard(Supplier<T> action, T otherwise) {
    try {
      return action.get();
    } catch (RuntimeException | LinkageError e) {
      errors.add("observing a call", e);
      return otherwise;
    }
  }

  private void guard(Runnable action) {
    guard(
        () -> {
          action.run();
          return null;
        },
        null);
  }

  private final class SafeCall implements OfCall {
    private final OfCall call;

    SafeCall(OfCall call) {
      this.call = call;
    }

    @Override
    public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
      return new SafeAttempt(guard(() -> call.attempt(number, reason, endpoint), OfAttempt.NONE));
    }

    @Override
    public void injected(long delayNanos, int status) {
      guard(() -> call.injected(delayNanos, status));
    }

    @Override
    public void fallback(Fallback kind) {
      guard(() -> call.fallback(kind));
    }

    @Override
    public void refused(Step.Reason reason, String message) {
      guard(() -> call.refused(reason, message));
    }
  }

  private final class SafeAttempt implements OfAttempt {
    private final OfAttempt attempt;
    private final AtomicBoolean ended = new AtomicBoolean();

    SafeAttempt(OfAttempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void writeHeaders(HeaderSink headers) {
      guard(() -> attempt.writeHeaders(headers));
    }

    @Override
    public void peer(String identity) {
      guard(() -> attempt.peer(identity));
    }

    @Override
    public void retriesExhausted() {
      guard(attempt::retriesExhausted);
    }

    @Override
    public void end(int status, Throwable error, String outcome) {
      if (ended.compareAndSet(false, true)) {
        guard(() -> attempt.end(status, error, outcome));
      }
    }
  }
}
