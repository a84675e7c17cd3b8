// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.util.List;

/**
 * What is done with the time that callers grant; RATIONALE.md, Deadlines.
 *
 * @param mode OBSERVE unless said otherwise
 * @param trust whose deadlines are believed
 * @param headers that are read, lower case, the first that is there counts
 * @param maxRejectFraction of the requests that may be refused because their time is up; 0 to 1
 */
public record DeadlineSettings(
    Mode mode, Trust trust, List<String> headers, double maxRejectFraction) {
  /** The defaults. */
  public static final DeadlineSettings DEFAULT =
      new DeadlineSettings(
          Mode.OBSERVE,
          Trust.MESH,
          List.of("grpc-timeout", "x-envoy-expected-rq-timeout-ms", "l5d-timeout"),
          0.2);

  /** Nothing is read. */
  public static final DeadlineSettings OFF =
      new DeadlineSettings(Mode.OFF, Trust.MESH, List.of(), 0);

  public DeadlineSettings {
    headers = List.copyOf(headers);
  }

  /** What a deadline does. */
  public enum Mode {
    /** Nothing: it is neither read nor written. */
    OFF,
    /** Read, passed on, shortens configured timeouts; what would be refused is counted only. */
    OBSERVE,
    /** Ends calls, and refuses requests that come too late. */
    ENFORCE
  }

  /** Whose deadlines are believed; a deadline only ever shortens. */
  public enum Trust {
    /** Those of peers that proved an identity of our trust domain. */
    MESH,
    ANY
  }
}
