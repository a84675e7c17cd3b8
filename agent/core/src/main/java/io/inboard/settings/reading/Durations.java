// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings.reading;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code 1h}, {@code 1m}, {@code 1s}, {@code 1ms} and sums of them ({@code 1m30s}), as Istio writes
 * them.
 */
public final class Durations {
  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(ms|h|m|s)");

  private Durations() {}

  /** Empty if it is none. */
  public static Optional<Duration> parse(String text) {
    Matcher matcher = PART.matcher(text);
    double millis = 0;
    int at = 0;
    while (at < text.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        return Optional.empty();
      }
      millis += Double.parseDouble(matcher.group(1)) * unit(matcher.group(2));
      at = matcher.end();
    }
    return at == 0
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(Math.round(Math.min(millis, 9e12) * 1e6)));
  }

  /** As a user would write it. */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis != 0 && millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis != 0 && millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private static double unit(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      default -> 3_600_000;
    };
  }
}
