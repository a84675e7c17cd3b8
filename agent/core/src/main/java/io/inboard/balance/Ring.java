// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.Arrays;
import java.util.List;

/**
 * A ring of points (ketama): a key belongs to the next point. Each endpoint has as many points as
 * its weight says, and not a part of a total: with a total, the points of all move when one comes
 * or goes (6 to 7 % of the keys at ten endpoints).
 */
final class Ring implements KeyTable {
  /** 12 MB; beyond it endpoints get fewer points. */
  private static final int MAX_POINTS = 1 << 20;

  /** How many points a part of the ring has, about: one line of the cache. */
  private static final int PART = 8;

  private final long[] points;
  private final int[] owners;

  /**
   * The ring in equal parts: where the points of each begin, and their end. A search in all points
   * is twenty steps through megabytes.
   */
  private final int[] starts;

  /** What is left of a place on the ring without it is the number of its part. */
  private final int shift;

  /**
   * @param endpoints not empty
   * @param entries points per endpoint of the smallest weight
   */
  Ring(List<? extends Candidate> endpoints, int entries) {
    long smallest = Long.MAX_VALUE;
    long total = 0;
    for (Candidate e : endpoints) {
      smallest = Math.min(smallest, e.weight());
      total += e.weight();
    }
    // By halves, so that it seldom changes.
    double perWeight = (double) entries / smallest;
    while (perWeight * total > MAX_POINTS && perWeight * smallest > 1) {
      perWeight /= 2;
    }
    int[] counts = new int[endpoints.size()];
    int size = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i] = (int) Math.max(1, Math.round(endpoints.get(i).weight() * perWeight));
      size += counts[i];
    }
    Point[] sorted = new Point[size];
    for (int i = 0, at = 0; i < counts.length; i++) {
      String address = endpoints.get(i).address();
      long hash = Hashing.of(address);
      for (int k = 0; k < counts[i]; k++) {
        sorted[at++] = new Point(Hashing.mix(hash + k * 0x9e3779b97f4a7c15L), address, i);
      }
    }
    Arrays.sort(sorted);
    points = new long[size];
    owners = new int[size];
    for (int i = 0; i < size; i++) {
      points[i] = sorted[i].at;
      owners[i] = sorted[i].owner;
    }
    int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(size / PART));
    shift = Long.SIZE - bits;
    starts = new int[(1 << bits) + 1];
    for (int part = 0, at = 0; part < starts.length - 1; part++) {
      starts[part] = at;
      while (at < size && part(points[at]) == part) {
        at++;
      }
    }
    starts[starts.length - 1] = size;
  }

  /** Places are ordered as numbers with a sign. */
  private int part(long place) {
    return (int) ((place ^ Long.MIN_VALUE) >>> shift);
  }

  private record Point(long at, String address, int owner) implements Comparable<Point> {
    @Override
    public int compareTo(Point other) {
      int byPlace = Long.compare(at, other.at);
      return byPlace != 0 ? byPlace : address.compareTo(other.address);
    }
  }

  @Override
  public int size() {
    return points.length;
  }

  @Override
  public int place(long hash) {
    int part = part(hash);
    int found = Arrays.binarySearch(points, starts[part], starts[part + 1], hash);
    int next = found >= 0 ? found : -found - 1;
    return next == points.length ? 0 : next;
  }

  @Override
  public int owner(int place) {
    return owners[place];
  }
}
