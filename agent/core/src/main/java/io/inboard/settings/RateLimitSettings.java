// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.Objects;

/**
 * How many requests a server takes in a unit of time; key {@code inbound.rateLimit}.
 *
 * @param requestsPerUnit 1 or more; so many may also come at once
 * @param header whose values tell callers apart, in lower case; empty unless {@code per} is {@link
 *     Per#HEADER}
 */
public record RateLimitSettings(int requestsPerUnit, Unit unit, Per per, String header) {
  public RateLimitSettings {
    Objects.requireNonNull(unit);
    Objects.requireNonNull(per);
    Objects.requireNonNull(header);
  }

  /** Envoy's words. */
  public enum Unit {
    SECOND(Duration.ofSeconds(1)),
    MINUTE(Duration.ofMinutes(1)),
    HOUR(Duration.ofHours(1));

    private final Duration length;

    Unit(Duration length) {
      this.length = length;
    }

    public Duration length() {
      return length;
    }
  }

  /** What each value of has a limit of its own. */
  public enum Per {
    /** Nothing: one limit for all. */
    ALL,
    /** The address of the connection's other side. */
    SOURCE,
    /** The identity that the caller proved. */
    PRINCIPAL,
    /** A header. */
    HEADER
  }

  /** Both limits tell callers apart alike. */
  public boolean countsAlike(RateLimitSettings other) {
    return per == other.per && header.equals(other.header);
  }

  /** As the settings say it, on one line. */
  @Override
  public String toString() {
    String rate = requestsPerUnit + " per " + unit;
    return switch (per) {
      case ALL -> rate;
      case SOURCE -> rate + " for each source";
      case PRINCIPAL -> rate + " for each principal";
      case HEADER -> rate + " for each value of " + header;
    };
  }
}
