// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Weighted round robin over an order that is laid out once: the earliest deadline first of Envoy's
 * scheduler (deadline += 1/weight), without its lock. Who is not eligible loses its turn, so that
 * its share goes to all others and not to its neighbour.
 */
final class RoundRobin<E extends Candidate> implements Balancer<E> {
  /** Bounds the order's length; shares are exact up to this ratio of weights, close beyond. */
  private static final int MAX_TURNS = 100;

  private final List<E> order;

  /** The next turn. Starts anywhere, or many clients that start at once would march in step. */
  private final AtomicInteger turn;

  RoundRobin(List<E> endpoints, Chance chance) {
    this.order = order(endpoints);
    this.turn = new AtomicInteger((int) chance.below(Math.max(1, order.size())));
  }

  @Override
  public Optional<E> pick(Predicate<? super E> eligible) {
    for (int i = 0; i < order.size(); i++) {
      E endpoint = order.get(Math.floorMod(turn.getAndIncrement(), order.size()));
      if (eligible.test(endpoint)) {
        return Optional.of(endpoint);
      }
    }
    // Other threads may have taken all the turns of the one that is eligible.
    for (E endpoint : order) {
      if (eligible.test(endpoint)) {
        return Optional.of(endpoint);
      }
    }
    return Optional.empty();
  }

  /** Spreads the turns of each endpoint evenly: a, a, b with weights 2 and 1 becomes a, b, a. */
  private static <E extends Candidate> List<E> order(List<E> endpoints) {
    int[] turns = turns(endpoints);
    int total = 0;
    for (int t : turns) {
      total += t;
    }
    int[] credit = new int[turns.length];
    List<E> order = new ArrayList<>(total);
    for (int i = 0; i < total; i++) {
      int best = 0;
      for (int j = 0; j < turns.length; j++) {
        credit[j] += turns[j];
        if (credit[j] > credit[best]) {
          best = j;
        }
      }
      credit[best] -= total;
      order.add(endpoints.get(best));
    }
    return List.copyOf(order);
  }

  private static <E extends Candidate> int[] turns(List<E> endpoints) {
    int max = 1;
    int divisor = 0;
    for (E endpoint : endpoints) {
      max = Math.max(max, endpoint.weight());
      divisor = gcd(divisor, endpoint.weight());
    }
    int[] turns = new int[endpoints.size()];
    for (int i = 0; i < turns.length; i++) {
      int weight = endpoints.get(i).weight();
      turns[i] =
          max / divisor <= MAX_TURNS
              ? weight / divisor
              : (int) Math.max(1, Math.round((double) weight * MAX_TURNS / max));
    }
    return turns;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
