// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Picks one of the endpoints that it was made for. Safe for use by any thread, lock-free; a changed
 * list of endpoints gets a new balancer.
 *
 * @param <E> the caller's kind of endpoint
 */
public interface Balancer<E extends Candidate> {
  /**
   * Picks among those that are eligible at this moment.
   *
   * @param eligible asked at least once for an endpoint before it is picked; must be cheap
   * @return empty when none is eligible
   */
  Optional<E> pick(Predicate<? super E> eligible);

  /** One after the other, as often as their weights say; the start is random. */
  static <E extends Candidate> Balancer<E> roundRobin(List<E> endpoints, Chance chance) {
    return new RoundRobin<>(endpoints, chance);
  }

  /** The one with fewer requests in flight of two that are drawn at random. */
  static <E extends Candidate> Balancer<E> leastRequest(List<E> endpoints, Chance chance) {
    return new LeastRequest<>(endpoints, chance);
  }
}
