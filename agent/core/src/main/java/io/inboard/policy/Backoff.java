// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** How long to wait before a retry; RATIONALE.md, Backoff. */
final class Backoff {
  private static final int MAX_DOUBLINGS = 30;

  private Backoff() {}

  /**
   * Full jitter, {@code rand(0, min(max, base·(2^n − 1)))}.
   *
   * @param retry 1 for the first
   */
  static long nanos(RetryRules rules, int retry, Chance chance) {
    double grown = rules.backoffNanos() * (double) ((1L << Math.min(retry, MAX_DOUBLINGS)) - 1);
    long bound = (long) Math.min((double) rules.maxBackoffNanos(), grown);
    return bound <= 0 ? 0 : chance.below(bound + 1);
  }

  /** Nanoseconds that a {@code Retry-After} asks for; empty if there is none that can be read. */
  static OptionalLong retryAfter(List<String> values, long epochMillis) {
    if (values.isEmpty()) {
      return OptionalLong.empty();
    }
    String value = values.get(0).trim();
    if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      // A number with more digits counts as a very long time.
      long seconds = value.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(value);
      return OptionalLong.of(TimeUnit.SECONDS.toNanos(seconds));
    }
    try {
      Instant at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return OptionalLong.of(
          TimeUnit.MILLISECONDS.toNanos(Math.max(0, at.toEpochMilli() - epochMillis)));
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }
}
