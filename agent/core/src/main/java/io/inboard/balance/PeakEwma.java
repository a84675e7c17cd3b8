// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * Two choices by {@link Load#cost}: draws two distinct endpoints by weight, and takes the one where
 * the request will probably be answered sooner.
 */
final class PeakEwma<E extends Candidate> implements Balancer<E> {
  /** How much better another one must be to take from an endpoint what its weight gives it. */
  private static final double CLEARLY = 2;

  /** Idle endpoints that differ by less are equal: JVMs, schedulers and networks vary by it. */
  private static final double NOISE_NANOS = 3_000_000;

  private final Draw<E> draw;

  PeakEwma(Draw<E> draw) {
    this.draw = draw;
  }

  @Override
  public E pick(long now, long hash, Eligible<E> eligible, List<E> tried) {
    E first = draw.first(now, eligible, tried);
    if (first == null || draw.size() == 1) {
      return first;
    }
    E second = draw.second(now, eligible, tried, first);
    if (second == null) {
      return first;
    }
    if (alike(first.load().idleNanos(now), second.load().idleNanos(now))) {
      // In turn, so that each endpoint is asked regularly and stays warm; where weights differ, the
      // first
      // one drawn, which is what the weights say.
      return draw.even() && second.load().restedLonger(first.load()) ? second : first;
    }
    double mine = first.load().cost(now, draw.share(first, now));
    double others = second.load().cost(now, draw.share(second, now));
    // Latencies of equal endpoints always differ a little. Comparing them each time would wear away
    // what the weights say: so an endpoint of a high weight is kept as often as it would have been
    // drawn twice.
    if (!draw.even() && others * CLEARLY >= mine && draw.drawnAgain(first)) {
      return first;
    }
    return others < mine ? second : first;
  }

  /**
   * Whether nothing speaks for one of two idle endpoints.
   *
   * @param one of {@link Load#idleNanos}, and so is {@code other}
   */
  private static boolean alike(double one, double other) {
    if (one < 0 || other < 0) {
      return false;
    }
    double less = Math.min(one, other);
    double more = Math.max(one, other);
    return less == 0 || more < less * CLEARLY || more - less < NOISE_NANOS;
  }
}
