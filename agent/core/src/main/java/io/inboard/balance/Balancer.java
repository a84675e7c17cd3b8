// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * Picks one of the endpoints that it was made for. Safe for use by any thread, lock-free, and makes
 * no garbage; a changed list of endpoints gets a new balancer, what was learnt stays in their
 * {@link Load}.
 *
 * @param <E> the caller's kind of endpoint
 */
public interface Balancer<E extends Candidate> {
  /** The hash of a request that has no key. */
  long NO_KEY = 0;

  /**
   * Picks among those that are eligible at this moment.
   *
   * @param now monotonic nanoseconds
   * @param hash of the request's key; {@link #NO_KEY}; only asked by those that hash
   * @param eligible asked at least once for an endpoint before it is picked
   * @param tried handed on to {@code eligible}
   * @return null when none is eligible
   */
  E pick(long now, long hash, Eligible<E> eligible, List<E> tried);

  /** One after the other, as often as their weights say; the start is random. */
  static <E extends Candidate> Balancer<E> roundRobin(
      List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new RoundRobin<>(endpoints, warmUp, chance);
  }

  /** The one with fewer requests in flight of two that are drawn at random. */
  static <E extends Candidate> Balancer<E> leastRequest(
      List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new LeastRequest<>(new Draw<>(endpoints, warmUp, chance));
  }

  /** The one that will probably answer sooner of two that are drawn at random. */
  static <E extends Candidate> Balancer<E> peakEwma(
      List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new PeakEwma<>(new Draw<>(endpoints, warmUp, chance));
  }

  /** Any one. */
  static <E extends Candidate> Balancer<E> random(List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new RandomChoice<>(new Draw<>(endpoints, warmUp, chance));
  }
}
