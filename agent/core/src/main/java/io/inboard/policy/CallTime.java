// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.DeadlineSettings.Mode;
import io.inboard.time.HeaderDuration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long one call may take, and what its callee is told of that; RATIONALE.md, Deadlines. The
 * configured timeout, what the application says with Envoy's headers, and the deadline of the
 * request that the call serves: each only ever shortens. All of it is counted from the call's
 * beginning, so that calls of one destination without bounds of their own share one object.
 * Immutable.
 */
final class CallTime {
  /** Envoy's headers by which an application overrides its settings. */
  private static final String TIMEOUT = "x-envoy-upstream-rq-timeout-ms";

  private static final String PER_TRY = "x-envoy-upstream-rq-per-try-timeout-ms";

  private static final String EXPECTED = "x-envoy-expected-rq-timeout-ms";
  private static final String GRPC = "grpc-timeout";

  /** The largest number of eight digits: gRPC's limit. */
  private static final long GRPC_MOST = 99_999_999;

  private record Told(long millis, String text) {}

  /** A recently formatted value; races are harmless. */
  private static volatile Told lastTold = new Told(0, "0");

  private final long timeoutNanos;
  private final long perTryNanos;

  /** From the start of the call; {@link Long#MAX_VALUE}: no deadline is known, so none is sent. */
  private final long toldNanos;

  private final boolean tells;

  private CallTime(long timeoutNanos, long perTryNanos, long toldNanos, boolean tells) {
    this.timeoutNanos = timeoutNanos;
    this.perTryNanos = perTryNanos;
    this.toldNanos = toldNanos;
    this.tells = tells;
  }

  /**
   * What the settings say.
   *
   * @param timeoutNanos of the whole call; {@link Long#MAX_VALUE}: no bound
   * @param perTryNanos of one attempt; as that
   * @param tells whether callees are told
   */
  static CallTime of(long timeoutNanos, long perTryNanos, boolean tells) {
    return new CallTime(timeoutNanos, perTryNanos, tells ? timeoutNanos : Long.MAX_VALUE, tells);
  }

  /** Of a call that begins now: that of its destination, unless something shortens it. */
  static CallTime begin(
      DestinationPolicy policy, OutboundRequest request, CallerTerms terms, long now) {
    CallTime settings = policy.time();
    long timeout = Math.min(settings.timeoutNanos, asked(request, TIMEOUT));
    long perTry = Math.min(settings.perTryNanos, asked(request, PER_TRY));
    boolean bounded = settings.tells && terms.bounded();
    if (!bounded && timeout == settings.timeoutNanos && perTry == settings.perTryNanos) {
      return settings;
    }
    if (!settings.tells) {
      return of(timeout, perTry, false);
    }
    Mode mode = policy.deadlineMode().orElse(terms.enforced() ? Mode.ENFORCE : Mode.OBSERVE);
    long told = timeout;
    if (terms.bounded()) {
      long left = Math.max(0, terms.deadlineNanos() - now);
      told = Math.min(timeout, left);
      if (mode == Mode.ENFORCE || timeout != Long.MAX_VALUE) {
        timeout = told;
      }
    }
    return new CallTime(timeout, perTry, told, true);
  }

  private static long asked(OutboundRequest request, String header) {
    List<String> values = request.headers(header);
    if (values.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long nanos = HeaderDuration.nanos(header, values.get(0).trim());
    return nanos > 0 ? nanos : Long.MAX_VALUE; // 0 is Envoy's word for none: that lengthens.
  }

  /** Of the whole call; {@link Long#MAX_VALUE}: no bound. */
  long timeoutNanos() {
    return timeoutNanos;
  }

  /** Of one attempt; {@link Long#MAX_VALUE}: no bound but the call's. */
  long perTryNanos() {
    return perTryNanos;
  }

  /**
   * Until the call's time is up; {@link Long#MAX_VALUE}: no bound. May be negative.
   *
   * @param elapsed nanoseconds since the call's beginning
   */
  long remainingNanos(long elapsed) {
    return timeoutNanos == Long.MAX_VALUE ? Long.MAX_VALUE : timeoutNanos - elapsed;
  }

  /**
   * How long the callee is told that the answer to this attempt is of use; {@link Long#MAX_VALUE}:
   * it is told nothing.
   *
   * @param elapsed nanoseconds since the call's beginning
   */
  long toldNanos(long elapsed) {
    if (!tells) {
      return Long.MAX_VALUE;
    }
    long left = toldNanos == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, toldNanos - elapsed);
    return Math.min(left, perTryNanos);
  }

  /**
   * Tells the callee how long the answer to this attempt is of use, counted anew for each send
   * (envoy#13196). A shorter time of the application's own stays, and it is never told more than
   * the application itself waits: nobody needs an answer after that.
   *
   * @param elapsed nanoseconds since the call's beginning
   */
  void tell(HeaderSink headers, OutboundRequest request, boolean grpc, long elapsed) {
    long left = toldNanos(elapsed);
    if (left == Long.MAX_VALUE) {
      return;
    }
    left = Math.min(left, request.patienceNanos(elapsed));
    String name = grpc ? GRPC : EXPECTED;
    if (asked(request, name) <= left) {
      return;
    }
    long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
    headers.set(name, grpc ? grpc(millis) : text(millis));
  }

  /** The same few values come again and again: the whole of a timeout, at a call's beginning. */
  private static String text(long millis) {
    Told last = lastTold;
    if (last.millis == millis) {
      return last.text;
    }
    Told now = new Told(millis, Long.toString(millis));
    lastTold = now;
    return now.text;
  }

  private static String grpc(long millis) {
    return millis <= GRPC_MOST ? millis + "m" : Math.min(GRPC_MOST, millis / 1_000) + "S";
  }
}
