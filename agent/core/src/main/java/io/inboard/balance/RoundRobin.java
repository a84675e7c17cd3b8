// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Weighted round robin over an order that is laid out once: the earliest deadline first of Envoy's
 * scheduler (deadline += 1/weight), without its lock. Who is not eligible, or still warms up, loses
 * its turn, so that its share goes to all others and not to its neighbour.
 */
final class RoundRobin<E extends Candidate> implements Balancer<E> {
  /** Bounds the order's length; shares are exact up to this ratio of weights, close beyond. */
  private static final int MAX_TURNS = 100;

  private final List<E> endpoints;

  /** Indexes of endpoints, turn by turn. */
  private final int[] order;

  private final WarmUp warmUp;
  private final Chance chance;

  /**
   * The next turn. Starts at a random place, or many clients that start together would ask the same
   * endpoints in the same order.
   */
  private final AtomicInteger turn;

  RoundRobin(List<E> endpoints, WarmUp warmUp, Chance chance) {
    this.endpoints = List.copyOf(endpoints);
    this.warmUp = warmUp;
    this.chance = chance;
    this.order = order(endpoints);
    this.turn = new AtomicInteger((int) chance.below(Math.max(1, order.length)));
  }

  @Override
  public E pick(long now, long hash, Eligible<E> eligible, List<E> tried) {
    E cold = null;
    for (int i = 0; i < order.length; i++) {
      E e = endpoints.get(order[Math.floorMod(turn.getAndIncrement(), order.length)]);
      if (eligible.test(e, now, tried)) {
        double factor = warmUp.factor(e.load(), now);
        if (factor >= 1 || chance.between(0, 1) < factor) {
          return e;
        }
        cold = e;
      }
    }
    // Other threads may have taken all the turns of the one that is eligible.
    for (int i = 0; cold == null && i < endpoints.size(); i++) {
      if (eligible.test(endpoints.get(i), now, tried)) {
        cold = endpoints.get(i);
      }
    }
    return cold;
  }

  /** Spreads the turns of each endpoint evenly: a, a, b with weights 2 and 1 becomes a, b, a. */
  private static <E extends Candidate> int[] order(List<E> endpoints) {
    int[] turns = turns(endpoints);
    int total = Arrays.stream(turns).sum();
    long[] byDeadline = new long[total];
    for (int i = 0, at = 0; i < turns.length; i++) {
      for (int k = 0; k < turns[i]; k++) {
        // The middle of its k-th part of the round, as a fraction of 2^30; the index breaks ties.
        long deadline = ((2L * k + 1) << 30) / (2L * turns[i]);
        byDeadline[at++] = deadline << 32 | i;
      }
    }
    Arrays.sort(byDeadline);
    int[] order = new int[total];
    for (int i = 0; i < total; i++) {
      order[i] = (int) byDeadline[i];
    }
    return order;
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
