// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import java.util.Arrays;

/** What became of calls, by the time at which they began. */
final class Results {
  private double[] begun = new double[4096];
  private float[] took = new float[4096];
  private boolean[] good = new boolean[4096];
  private int size;

  void add(double begunMillis, double tookMillis, boolean ok) {
    if (size == begun.length) {
      begun = Arrays.copyOf(begun, 2 * size);
      took = Arrays.copyOf(took, 2 * size);
      good = Arrays.copyOf(good, 2 * size);
    }
    begun[size] = begunMillis;
    took[size] = (float) tookMillis;
    good[size] = ok;
    size++;
  }

  /** How many began in this time. */
  int count(double fromMillis, double toMillis) {
    int n = 0;
    for (int i = 0; i < size; i++) {
      n += within(i, fromMillis, toMillis) ? 1 : 0;
    }
    return n;
  }

  /** The part of those begun in this time that went well, 0 to 1. */
  double success(double fromMillis, double toMillis) {
    int n = 0;
    for (int i = 0; i < size; i++) {
      n += within(i, fromMillis, toMillis) && good[i] ? 1 : 0;
    }
    return (double) n / count(fromMillis, toMillis);
  }

  /** The time in milliseconds that this part (0 to 1) of those begun in this time took at most. */
  double percentile(double part, double fromMillis, double toMillis) {
    float[] times = new float[count(fromMillis, toMillis)];
    int n = 0;
    for (int i = 0; i < size; i++) {
      if (within(i, fromMillis, toMillis)) {
        times[n++] = took[i];
      }
    }
    Arrays.sort(times);
    return times[(int) Math.min(times.length - 1, part * times.length)];
  }

  /** As {@link #percentile}, of those that went well. */
  double percentileOfGood(double part, double fromMillis, double toMillis) {
    float[] times = new float[count(fromMillis, toMillis)];
    int n = 0;
    for (int i = 0; i < size; i++) {
      if (good[i] && within(i, fromMillis, toMillis)) {
        times[n++] = took[i];
      }
    }
    Arrays.sort(times, 0, n);
    return times[(int) Math.min(n - 1, part * n)];
  }

  private boolean within(int i, double from, double to) {
    return begun[i] >= from && begun[i] < to;
  }
}
