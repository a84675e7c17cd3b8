// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The table of Google's Maglev (Eisenbud and others, NSDI 2016, section 3.4): endpoints take turns
 * to claim a place, each in an order of places of its own. Shares are exact within one place, and
 * the loss of an endpoint moves hardly a key of others. One array read per look-up.
 */
final class Maglev implements KeyTable {
  private static final int FREE = -1;

  private final int[] table;

  /**
   * @param endpoints not empty
   * @param size raised to a prime that has a place for each
   */
  Maglev(List<? extends Candidate> endpoints, int size) {
    this.table = new int[prime(Math.max(size, endpoints.size()))];
    Arrays.fill(table, FREE);
    fill(endpoints);
  }

  private void fill(List<? extends Candidate> endpoints) {
    int n = endpoints.size();
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparing(i -> endpoints.get(i).address()));
    int[] next = new int[n];
    int[] skip = new int[n];
    long heaviest = 1;
    for (int i = 0; i < n; i++) {
      long hash = Hashing.of(endpoints.get(i).address());
      next[i] = (int) Long.remainderUnsigned(hash, table.length);
      skip[i] = 1 + (int) Long.remainderUnsigned(Hashing.mix(hash + 1), table.length - 1);
      heaviest = Math.max(heaviest, endpoints.get(i).weight());
    }
    // The heaviest claims in every round, the others when their weights have added up to it.
    long[] due = new long[n];
    int filled = 0;
    while (true) {
      for (int i : order) {
        due[i] += endpoints.get(i).weight();
        if (due[i] >= heaviest) {
          due[i] -= heaviest;
          claim(i, next, skip[i]);
          if (++filled == table.length) {
            return;
          }
        }
      }
    }
  }

  private void claim(int endpoint, int[] next, int skip) {
    int place = next[endpoint];
    while (table[place] != FREE) {
      place = step(place, skip);
    }
    table[place] = endpoint;
    next[endpoint] = step(place, skip);
  }

  private int step(int place, int skip) {
    int at = place - (table.length - skip); // Cannot overflow, as place + skip might.
    return at < 0 ? at + table.length : at;
  }

  /** Skips go through all places only if their number is prime. */
  private static int prime(int wanted) {
    BigInteger size = BigInteger.valueOf(Math.max(3, wanted));
    return size.isProbablePrime(50) ? size.intValueExact() : size.nextProbablePrime().intValue();
  }

  @Override
  public int size() {
    return table.length;
  }

  @Override
  public int place(long hash) {
    return (int) Long.remainderUnsigned(hash, table.length);
  }

  @Override
  public int owner(int place) {
    return table[place];
  }
}
