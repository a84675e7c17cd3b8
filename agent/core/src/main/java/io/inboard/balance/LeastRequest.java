// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Two choices: draws two distinct endpoints by weight, and takes the one with fewer requests in
 * flight per weight; of equals the first drawn, which is a random one. Without load the shares are
 * those of the weights, under load the requests in flight are.
 */
final class LeastRequest<E extends Candidate> implements Balancer<E> {
  /** Blind draws before the list is looked through; enough unless most are not eligible. */
  private static final int BLIND_DRAWS = 3;

  private final List<E> endpoints;

  /** Ends of the ranges that the endpoints occupy in [0, total). */
  private final long[] ends;

  private final Chance chance;

  LeastRequest(List<E> endpoints, Chance chance) {
    this.endpoints = List.copyOf(endpoints);
    this.chance = chance;
    this.ends = new long[endpoints.size()];
    long end = 0;
    for (int i = 0; i < ends.length; i++) {
      end += endpoints.get(i).weight();
      ends[i] = end;
    }
  }

  @Override
  public Optional<E> pick(Predicate<? super E> eligible) {
    E first = draw(eligible, null);
    if (first == null || endpoints.size() == 1) {
      return Optional.ofNullable(first);
    }
    E second = draw(eligible, first);
    return Optional.of(second != null && busier(first, second) ? second : first);
  }

  private static boolean busier(Candidate a, Candidate b) {
    return (long) a.inFlight() * b.weight() > (long) b.inFlight() * a.weight();
  }

  /** Draws by weight among those that are eligible, except one; null if there are none. */
  private E draw(Predicate<? super E> eligible, E except) {
    if (ends.length == 0) {
      return null;
    }
    for (int i = 0; i < BLIND_DRAWS; i++) {
      E drawn = endpoints.get(at(chance.below(ends[ends.length - 1])));
      if (drawn != except && eligible.test(drawn)) {
        return drawn;
      }
    }
    // The same distribution in one pass: each replaces the one before with its share of what was
    // seen.
    E drawn = null;
    long seen = 0;
    for (E endpoint : endpoints) {
      if (endpoint != except && eligible.test(endpoint)) {
        seen += endpoint.weight();
        if (chance.below(seen) < endpoint.weight()) {
          drawn = endpoint;
        }
      }
    }
    return drawn;
  }

  private int at(long point) {
    int low = 0;
    int high = ends.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (point < ends[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
