// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Counts of several things in the last so many nanoseconds, by the monotonic clock. Lock-free; safe
 * for use by any thread. Nothing is allocated per count: a bucket is made when its time begins, and
 * an idle one costs nothing to keep up.
 *
 * <p>The window ends now and is made of whole buckets, of which the present one has only begun; so
 * it is up to one bucket shorter than asked for (Hystrix's rolling counts are, too). A thread that
 * is delayed between reading the clock and counting adds to the bucket it found, or to the one that
 * took its place.
 */
final class SlidingCounts {
  private final long originNanos;
  private final long bucketNanos;
  private final int cells;
  private final AtomicReferenceArray<Bucket> ring;

  /**
   * The one that was last counted in; nearly always that of now. A hint that spares two divisions:
   * a thread that writes an older one makes the next thread read the ring.
   */
  private volatile Bucket latest;

  /** Of one span of time, its counts by cell; is the array, so that a call looks at one less. */
  private static final class Bucket extends AtomicIntegerArray {
    private static final long serialVersionUID = 1;

    final long number;
    final long beganNanos;

    Bucket(long number, long beganNanos, int cells) {
      super(cells);
      this.number = number;
      this.beganNanos = beganNanos;
    }
  }

  /**
   * @param windowNanos rounded up to a multiple of the buckets
   * @param cells how many things are counted; each is known by its number from 0
   * @param now any moment not after the first count
   */
  SlidingCounts(long windowNanos, int buckets, int cells, long now) {
    this.originNanos = now;
    this.bucketNanos = Math.max(1, (windowNanos + buckets - 1) / buckets);
    this.cells = cells;
    this.ring = new AtomicReferenceArray<>(buckets);
  }

  void add(int cell, long now) {
    bucket(now).getAndIncrement(cell);
  }

  /** Adds to two cells of the same moment. */
  void add(int one, int other, long now) {
    Bucket counts = bucket(now);
    counts.getAndIncrement(one);
    counts.getAndIncrement(other);
  }

  long sum(int cell, long now) {
    long oldest = number(now) - ring.length() + 1;
    long sum = 0;
    for (int i = 0; i < ring.length(); i++) {
      Bucket b = ring.get(i);
      if (b != null && b.number >= oldest) {
        sum += b.get(cell);
      }
    }
    return sum;
  }

  /** The counts of the cells from one on, as many as the array has room for. */
  void sums(int from, int[] into, long now) {
    long oldest = number(now) - ring.length() + 1;
    for (int i = 0; i < ring.length(); i++) {
      Bucket b = ring.get(i);
      if (b != null && b.number >= oldest) {
        for (int cell = 0; cell < into.length; cell++) {
          into[cell] += b.get(from + cell);
        }
      }
    }
  }

  private long number(long now) {
    return (now - originNanos) / bucketNanos;
  }

  private Bucket bucket(long now) {
    Bucket b = latest;
    if (b == null || now - b.beganNanos < 0 || now - b.beganNanos >= bucketNanos) {
      b = inRing(number(now));
      latest = b;
    }
    return b;
  }

  private Bucket inRing(long number) {
    int at = (int) Math.floorMod(number, (long) ring.length());
    Bucket b = ring.get(at);
    while (b == null || b.number < number) {
      Bucket fresh = new Bucket(number, originNanos + number * bucketNanos, cells);
      Bucket found = ring.compareAndExchange(at, b, fresh);
      if (found == b) {
        return fresh;
      }
      b = found;
    }
    return b;
  }
}
