// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * The same key, the same endpoint. Where that one may not be used, or has more than its part of the
 * load (Mirrokni and others, "Consistent Hashing with Bounded Loads"), the next in the table takes
 * the request, the same one for every client. A request without a key goes to any endpoint.
 *
 * <p>No slow start: a key that changed its endpoint again and again would miss every cache.
 */
final class ConsistentHash<E extends Candidate> implements Balancer<E> {
  /**
   * How many places of the table are tried before the endpoints are gone through one by one: that
   * all of them are unusable is very unlikely.
   */
  private static final int STEPS = 64;

  private final List<E> endpoints;
  private final KeyTable table;
  private final int balanceFactor;
  private final long totalWeight;
  private final Draw<E> anywhere;

  /**
   * @param balanceFactor percent of the mean load; 0: unbounded
   */
  ConsistentHash(List<E> endpoints, KeyTable table, int balanceFactor, Draw<E> anywhere) {
    this.endpoints = List.copyOf(endpoints);
    this.table = table;
    this.balanceFactor = balanceFactor;
    this.anywhere = anywhere;
    long sum = 0;
    for (E e : endpoints) {
      sum += e.weight();
    }
    this.totalWeight = sum;
  }

  @Override
  public E pick(long now, long hash, Eligible<E> eligible, List<E> tried) {
    if (hash == NO_KEY) {
      return anywhere.first(now, eligible, tried);
    }
    E full = null;
    int place = table.place(hash);
    for (int i = Math.min(STEPS, table.size()); i > 0; i--) {
      E e = endpoints.get(table.owner(place));
      if (e != full && eligible.test(e, now, tried)) {
        if (balanceFactor == 0 || !full(e)) {
          return e;
        }
        full = full == null ? e : full;
      }
      place = place + 1 == table.size() ? 0 : place + 1;
    }
    if (full != null) {
      return full; // All endpoints have more than their part: the one that the key belongs to takes
      // it.
    }
    int start = (int) Long.remainderUnsigned(hash, endpoints.size());
    for (int i = 0; i < endpoints.size(); i++) {
      E e = endpoints.get((start + i) % endpoints.size());
      if (eligible.test(e, now, tried)) {
        return e;
      }
    }
    return null;
  }

  /** Whether one more would be more than its part, by weight. */
  private boolean full(E endpoint) {
    Load load = endpoint.load();
    double all = load.inFlightOfAll() + 1;
    double bound = all * endpoint.weight() / totalWeight * balanceFactor / 100;
    return load.inFlight() + 1 > Math.ceil(bound);
  }
}
