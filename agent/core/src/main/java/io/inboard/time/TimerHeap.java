// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

import io.inboard.time.ProcessTimer.Entry;
import java.util.Arrays;

/**
 * Tasks in the order of their times: a heap. A cancelled one stays until its time comes, or until
 * the heap has doubled: then all that were cancelled are thrown out, so that they are never many
 * more than those that wait, and each costs a few steps. One thread, the timer's.
 *
 * <p>It is no wheel of slots, which the field likes for timeouts: what is cancelled soon never
 * comes here, and for what is left a heap is exact to the nanosecond and needs no ticking.
 */
final class TimerHeap {
  /** The time of what never comes. */
  static final long NEVER = Long.MAX_VALUE;

  /** A heap of so many is not looked through. */
  private static final int FEW = 1024;

  private Entry[] heap = new Entry[64];
  private int size;

  /** At this size those that were cancelled are thrown out. */
  private int full = FEW;

  /**
   * One that was cancelled is kept only if it is the first: the thread sleeps until then, and a
   * later task need not wake it. Without this, calls that come one at a time would wake it each
   * time.
   */
  void add(Entry entry) {
    if (entry.cancelled() && entry.at >= next()) {
      return;
    }
    if (size >= full) {
      throwOut();
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    up(size++, entry);
  }

  /** When the thread has something to do; {@link #NEVER}. */
  long next() {
    return size == 0 ? NEVER : heap[0].at;
  }

  /** Takes one whose time has come, cancelled or not; null: there is none. */
  Entry due(long now) {
    if (size == 0 || heap[0].at > now) {
      return null;
    }
    Entry first = heap[0];
    Entry last = heap[--size];
    heap[size] = null;
    if (size > 0) {
      down(0, last);
    }
    return first;
  }

  /** How many it keeps, also of those that were cancelled. */
  int size() {
    return size;
  }

  /** How many wait; any thread, and while the timer's is at work it may miss some. */
  int pending() {
    int pending = 0;
    for (Entry e : heap) {
      pending += e == null || e.cancelled() ? 0 : 1;
    }
    return pending;
  }

  private void throwOut() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!heap[i].cancelled()) {
        heap[kept++] = heap[i];
      }
    }
    Arrays.fill(heap, kept, size, null);
    size = kept;
    for (int i = size / 2 - 1; i >= 0; i--) {
      down(i, heap[i]);
    }
    full = Math.max(FEW, 2 * size);
  }

  private void up(int at, Entry entry) {
    int i = at;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (entry.at >= heap[parent].at) {
        break;
      }
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = entry;
  }

  private void down(int at, Entry entry) {
    int i = at;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1].at < heap[child].at) {
        child++;
      }
      if (entry.at <= heap[child].at) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = entry;
  }
}
