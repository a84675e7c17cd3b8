// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a person is told that nobody renews our certificate: once half of its life is over, then
 * once a day, and once an hour on its last day. Not for several threads.
 */
final class ExpiryWarnings {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /** The generation that the next moment is about; 0: none yet. */
  private long generation;

  private Instant next = Instant.MAX;

  /**
   * Asked again and again.
   *
   * @return the line to say now, if one is due
   */
  Optional<String> due(KeyMaterial material, Instant now) {
    Instant end = material.notAfter();
    if (material.generation() != generation) {
      generation = material.generation();
      next = halfLife(material);
    }
    if (now.isBefore(next) || !now.isBefore(end)) {
      return Optional.empty();
    }
    Instant lastDay = end.minus(DAY);
    if (now.isBefore(lastDay)) {
      Instant tomorrow = now.plus(DAY);
      next = tomorrow.isBefore(lastDay) ? tomorrow : lastDay;
    } else {
      next = now.plus(HOUR);
    }
    return Optional.of(
        "our certificate, "
            + material.id()
            + ", expires in "
            + text(Duration.between(now, end))
            + " (at "
            + end
            + "), more than half of its life is over, and nothing has renewed it");
  }

  private static Instant halfLife(KeyMaterial material) {
    Instant begin = material.notBefore();
    return begin.plus(Duration.between(begin, material.notAfter()).dividedBy(2));
  }

  /** {@code 3 d 4 h}, {@code 5 h 6 min}, {@code 7 min}. */
  static String text(Duration left) {
    long minutes = Math.max(0, left.toMinutes());
    if (minutes < 60) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours < 48
        ? hours + " h " + minutes % 60 + " min"
        : hours / 24 + " d " + hours % 24 + " h";
  }
}
