// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.HeaderView;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the head of an answer says about repeating the request; RATIONALE.md, Signals. */
final class Signals {
  /** {@link #waitNanos}: the server said nothing. */
  static final long NOTHING = -1;

  private static final String PUSHBACK = "grpc-retry-pushback-ms";

  private Signals() {}

  /** Ours, Envoy's and Finagle's words for "do not", and gRPC's negative pushback (gRFC A6). */
  static boolean forbid(HeaderView headers) {
    return !headers.headers("x-inboard-no-retry").isEmpty()
        || !headers.headers("x-envoy-ratelimited").isEmpty()
        || !headers.headers("finagle-http-nonretryable-nack").isEmpty()
        || pushback(headers) < NOTHING;
  }

  /**
   * How long to wait before a repetition.
   *
   * @param status on the wire; {@code Retry-After} is of 503 and 429
   * @param epochMillis now, for dates
   * @return nanoseconds; {@link #NOTHING}
   */
  static long waitNanos(int status, HeaderView headers, long epochMillis) {
    long pushback = pushback(headers);
    if (pushback > NOTHING) {
      return pushback;
    }
    return status == 503 || status == 429
        ? Backoff.retryAfter(headers.headers("retry-after"), epochMillis).orElse(NOTHING)
        : NOTHING;
  }

  /** Nanoseconds; {@link #NOTHING}; less: never. What cannot be read is never, as A6 has it. */
  private static long pushback(HeaderView headers) {
    List<String> values = headers.headers(PUSHBACK);
    if (values.isEmpty()) {
      return NOTHING;
    }
    String value = values.get(0).trim();
    if (value.isEmpty() || value.length() > 10) {
      return Long.MIN_VALUE;
    }
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return Long.MIN_VALUE;
      }
    }
    return TimeUnit.MILLISECONDS.toNanos(Long.parseLong(value));
  }
}
