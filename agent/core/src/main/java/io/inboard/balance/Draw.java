// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * Draws endpoints by weight, in constant time (Walker's alias method: a column of a table is drawn
 * evenly, and holds one endpoint and a part of another). Immutable; any thread.
 */
final class Draw<E extends Candidate> {
  /**
   * Random draws before the list is gone through one by one: with half of the endpoints out, one
   * call in 65,536 looks.
   */
  private static final int BLIND_DRAWS = 16;

  /** Up to this length the list is gone through at once, which costs no more than drawing. */
  private static final int SHORT = 64;

  private final List<E> endpoints;
  private final WarmUp warmUp;
  private final Chance chance;
  private final long total;

  /** For each column, the part that belongs to its own endpoint; null: all weights are equal. */
  private final double[] own;

  /** For each column, the endpoint that the rest belongs to. */
  private final int[] other;

  Draw(List<E> endpoints, WarmUp warmUp, Chance chance) {
    this.endpoints = List.copyOf(endpoints);
    this.warmUp = warmUp;
    this.chance = chance;
    long sum = 0;
    boolean equal = true;
    for (E e : endpoints) {
      sum += e.weight();
      equal &= e.weight() == endpoints.get(0).weight();
    }
    this.total = sum;
    this.own = equal ? null : new double[endpoints.size()];
    this.other = equal ? null : new int[endpoints.size()];
    if (!equal) {
      fill();
    }
  }

  private void fill() {
    int n = endpoints.size();
    int[] small = new int[n];
    int[] large = new int[n];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < n; i++) {
      own[i] = (double) endpoints.get(i).weight() * n / total;
      other[i] = i;
      if (own[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    while (smalls > 0 && larges > 0) {
      int less = small[--smalls];
      int more = large[larges - 1];
      other[less] = more;
      own[more] -= 1 - own[less];
      if (own[more] < 1) {
        larges--;
        small[smalls++] = more;
      }
    }
    // What is left differs from 1 by rounding only, and has no other.
  }

  int size() {
    return endpoints.size();
  }

  boolean even() {
    return own == null;
  }

  WarmUp warmUp() {
    return warmUp;
  }

  /** The endpoint's weight now, relative to the mean of all. */
  double share(E endpoint, long now) {
    double factor = warmUp.factor(endpoint.load(), now);
    return own == null ? factor : factor * endpoint.weight() * endpoints.size() / total;
  }

  /** The probability that the endpoint is drawn. */
  boolean drawnAgain(E endpoint) {
    return chance.below(total) < endpoint.weight();
  }

  /** Draws one that is eligible, by its weight at this moment; null if there is none. */
  E first(long now, Eligible<E> eligible, List<E> tried) {
    E cold = null;
    for (int i = 0; i < BLIND_DRAWS; i++) {
      E drawn = any();
      if (drawn == null) {
        return null;
      }
      if (eligible.test(drawn, now, tried)) {
        if (warm(drawn, now)) {
          return drawn;
        }
        cold = drawn;
      }
    }
    return cold != null ? cold : scan(now, eligible, tried, null);
  }

  /**
   * Draws another one; null if there is none, or if the one drawn is still warming up and this is
   * not its turn, or if nearly all weight is that of the first.
   */
  E second(long now, Eligible<E> eligible, List<E> tried, E first) {
    boolean others = endpoints.size() <= SHORT;
    for (int i = 0; i < BLIND_DRAWS; i++) {
      E drawn = any();
      if (drawn != first) {
        others = true;
        if (eligible.test(drawn, now, tried)) {
          return warm(drawn, now) ? drawn : null;
        }
      }
    }
    if (!others) {
      return null;
    }
    E found = scan(now, eligible, tried, first);
    return found == null || warm(found, now) ? found : null;
  }

  private boolean warm(E endpoint, long now) {
    double factor = warmUp.factor(endpoint.load(), now);
    return factor >= 1 || chance.between(0, 1) < factor;
  }

  private E any() {
    if (endpoints.isEmpty()) {
      return null;
    }
    int column = (int) chance.below(endpoints.size());
    return endpoints.get(
        own == null || chance.between(0, 1) < own[column] ? column : other[column]);
  }

  /**
   * The same distribution in one pass: each replaces the one before with its share of what was
   * seen.
   */
  private E scan(long now, Eligible<E> eligible, List<E> tried, E except) {
    E drawn = null;
    long seen = 0;
    for (int i = 0; i < endpoints.size(); i++) {
      E e = endpoints.get(i);
      if (e != except && eligible.test(e, now, tried)) {
        seen += e.weight();
        if (chance.below(seen) < e.weight()) {
          drawn = e;
        }
      }
    }
    return drawn;
  }
}
