// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.util.ArrayList;
import java.util.List;

/**
 * When a pair is warm. Not a matter of time, which says little on a machine whose speed changes,
 * nor of windows that are equally fast, which such a machine never gives: after so many requests,
 * as soon as the JIT has had next to nothing to compile in the last windows; after a longest time
 * in any case.
 */
final class Warmth {
  /**
   * Of the time, all compiler threads of both services together. On two cores none came below after
   * 130,000 requests, agents after 200,000, whatever time that took; from there on their throughput
   * beside none stayed what it was.
   */
  static final double QUIET = 0.1;

  private static final int WINDOWS = 3;

  private final int atLeastRequests;
  private final double atMostSeconds;
  private final List<Double> compiling = new ArrayList<>();
  private double seconds;
  private long requests;

  Warmth(int atLeastRequests, double atMostSeconds) {
    this.atLeastRequests = atLeastRequests;
    this.atMostSeconds = atMostSeconds;
  }

  /** One more window has passed, in which the JIT's threads worked so long. */
  void add(double itsSeconds, long itsRequests, double compileSeconds) {
    seconds += itsSeconds;
    requests += itsRequests;
    compiling.add(compileSeconds / itsSeconds);
  }

  /** Whether measuring may begin. */
  boolean enough() {
    return seconds >= atMostSeconds || (requests >= atLeastRequests && quiet());
  }

  boolean quiet() {
    return compiling.size() >= WINDOWS && compiled() < QUIET;
  }

  /** The share of the last windows' time in which something was compiled. */
  double compiled() {
    return compiling.subList(Math.max(0, compiling.size() - WINDOWS), compiling.size()).stream()
        .mapToDouble(share -> share)
        .average()
        .orElse(1);
  }

  double seconds() {
    return seconds;
  }

  long requests() {
    return requests;
  }
}
