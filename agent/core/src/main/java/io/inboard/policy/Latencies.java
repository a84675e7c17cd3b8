// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/**
 * How long the answers of a window took, from sending to the response head. Log-linear: sixteen
 * cells in each power of two from 8 µs to 69 s, so that a value is off by 1/32 at most. Immutable.
 */
public final class Latencies {
  private static final int LOWEST_EXPONENT = 13;
  private static final int HIGHEST_EXPONENT = 35;
  private static final int SUB_BITS = 4;
  private static final int SUBS = 1 << SUB_BITS;

  /** Below, and above; and what lies between. */
  static final int CELLS = (HIGHEST_EXPONENT - LOWEST_EXPONENT + 1) * SUBS + 2;

  /** How many answers took at most as long as the cell says. */
  private final int[] upTo;

  private final long meanNanos;

  /**
   * @param counts by cell; kept and changed
   */
  Latencies(int[] counts) {
    double sum = 0;
    int total = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        sum += (double) counts[i] * middle(i);
        total += counts[i];
      }
      counts[i] = total;
    }
    this.upTo = counts;
    this.meanNanos = total == 0 ? 0 : (long) (sum / total);
  }

  /** The cell that counts such a latency. */
  static int cell(long nanos) {
    if (nanos < 1L << LOWEST_EXPONENT) {
      return 0;
    }
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    if (exponent > HIGHEST_EXPONENT) {
      return CELLS - 1;
    }
    int sub = (int) (nanos >>> (exponent - SUB_BITS)) & (SUBS - 1);
    return 1 + (exponent - LOWEST_EXPONENT) * SUBS + sub;
  }

  private static long middle(int cell) {
    if (cell == 0) {
      return 1L << (LOWEST_EXPONENT - 1);
    }
    if (cell == CELLS - 1) {
      return 1L << (HIGHEST_EXPONENT + 1);
    }
    int shift = LOWEST_EXPONENT + (cell - 1) / SUBS - SUB_BITS;
    long from = (long) (SUBS + (cell - 1) % SUBS) << shift;
    return from + (1L << shift) / 2;
  }

  /** How many answers there were. */
  public int count() {
    return upTo[CELLS - 1];
  }

  /** 0 if there were none. */
  public long meanNanos() {
    return meanNanos;
  }

  /**
   * What so many percent of the answers did not exceed; 0 if there were none.
   *
   * @param percent 0 to 100
   */
  public long percentileNanos(double percent) {
    int count = count();
    if (count == 0) {
      return 0;
    }
    int rank = Math.max(1, (int) Math.ceil(percent / 100 * count - 1e-9));
    int low = 0;
    int high = CELLS - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (upTo[middle] >= rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return middle(low);
  }

  /** Whether there were enough answers for such a percentile to mean something. */
  boolean says(double percent) {
    return count() * (100 - percent) >= 100;
  }
}
