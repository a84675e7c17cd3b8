// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.policy.Fallback;
import java.util.Optional;

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
    try {
      return new SafeCall(observer.call(request, destination));
    } catch (RuntimeException | LinkageError e) {
      report(e);
      return OfCall.NONE;
    }
  }

  @Override
  public OfAttempt only(OutboundRequest request) {
    if (observer == CallObserver.NONE) {
      return OfAttempt.NONE;
    }
    try {
      return new SafeAttempt(observer.only(request));
    } catch (RuntimeException | LinkageError e) {
      report(e);
      return OfAttempt.NONE;
    }
  }

  private void report(Throwable e) {
    errors.add("observing a call", e);
  }

  /** For what is rare: it makes an object a time. */
  private void guard(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | LinkageError e) {
      report(e);
    }
  }

  private final class SafeCall implements OfCall {
    private final OfCall call;

    SafeCall(OfCall call) {
      this.call = call;
    }

    @Override
    public OfAttempt attempt(int number, String reason, Optional<String> endpoint) {
      try {
        return new SafeAttempt(call.attempt(number, reason, endpoint));
      } catch (RuntimeException | LinkageError e) {
        report(e);
        return OfAttempt.NONE;
      }
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

    /** Guarded by this. */
    private boolean ended;

    SafeAttempt(OfAttempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void writeHeaders(HeaderSink headers) {
      try {
        attempt.writeHeaders(headers);
      } catch (RuntimeException | LinkageError e) {
        report(e);
      }
    }

    @Override
    public void peer(String identity) {
      guard(() -> attempt.peer(identity));
    }

    @Override
    public void protocolVersion(String version) {
      try {
        attempt.protocolVersion(version);
      } catch (RuntimeException | LinkageError e) {
        report(e);
      }
    }

    @Override
    public void grpcStatus(int code) {
      try {
        attempt.grpcStatus(code);
      } catch (RuntimeException | LinkageError e) {
        report(e);
      }
    }

    @Override
    public void retriesExhausted() {
      guard(attempt::retriesExhausted);
    }

    @Override
    public void end(int status, Throwable error, String outcome) {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
      }
      try {
        attempt.end(status, error, outcome);
      } catch (RuntimeException | LinkageError e) {
        report(e);
      }
    }
  }
}
