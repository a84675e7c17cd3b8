// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * Two choices: draws two distinct endpoints by weight, and takes the one with fewer requests in
 * flight per weight; of equals the first drawn, which is a random one. Without load the shares are
 * those of the weights, under load the requests in flight are.
 */
final class LeastRequest<E extends Candidate> implements Balancer<E> {
  private final Draw<E> draw;

  LeastRequest(Draw<E> draw) {
    this.draw = draw;
  }

  @Override
  public E pick(long now, long hash, Eligible<E> eligible, List<E> tried) {
    E first = draw.first(now, eligible, tried);
    if (first == null || draw.size() == 1) {
      return first;
    }
    E second = draw.second(now, eligible, tried, first);
    return second != null && load(second, now) < load(first, now) ? second : first;
  }

  private double load(E endpoint, long now) {
    return endpoint.load().inFlight() / draw.share(endpoint, now);
  }
}
