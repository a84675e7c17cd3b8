// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Log;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * See {@link Timer#PROCESS}. A heap under a lock that is held for a few steps only. Nearly every
 * task is cancelled: it leaves the heap at once, and costs one small object; the JDK's scheduled
 * executor makes five of each, which was a third of what a call allocated.
 */
final class ProcessTimer implements Timer {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition earlier = lock.newCondition();

  /** All but the lock's holder keep off: heap, size, started; and the index of each entry. */
  private Entry[] heap = new Entry[64];

  private int size;

  /** Started at first use: a JVM without timeouts has no thread. */
  private boolean started;

  private final class Entry implements Task {
    final long at;
    final Runnable task;

    /** Where it is in the heap; -1: nowhere. */
    int index;

    Entry(long at, Runnable task) {
      this.at = at;
      this.task = task;
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        if (index >= 0) {
          remove(index);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  @Override
  public Task schedule(Runnable task, long delayNanos) {
    Entry entry = new Entry(System.nanoTime() + Math.max(0, delayNanos), task);
    lock.lock();
    try {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      up(size++, entry);
      if (!started) {
        started = true;
        start();
      } else if (entry.index == 0) {
        earlier.signal();
      }
    } finally {
      lock.unlock();
    }
    return entry;
  }

  private void start() {
    Thread thread = new Thread(null, this::work, "inboard-timer", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
  }

  private void work() {
    while (true) {
      try {
        run(next().task);
      } catch (InterruptedException e) {
        // Nobody has a reason to; the next one is waited for.
      }
    }
  }

  /** Waits for the next one that is due, and takes it. */
  private Entry next() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        if (size == 0) {
          earlier.await();
          continue;
        }
        Entry first = heap[0];
        long left = first.at - System.nanoTime();
        if (left <= 0) {
          remove(0);
          return first;
        }
        earlier.await(left, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int pending() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      // A library's socket may throw what it likes when it is closed; the timer goes on.
      Log.warnOnce("timer." + e.getClass().getName(), "a timed task failed: " + e);
    }
  }

  private void remove(int at) {
    heap[at].index = -1;
    Entry last = heap[--size];
    heap[size] = null;
    if (at < size) {
      down(at, last);
      if (heap[at] == last) {
        up(at, last);
      }
    }
  }

  private void up(int at, Entry entry) {
    int i = at;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (entry.at - heap[parent].at >= 0) {
        break;
      }
      put(i, heap[parent]);
      i = parent;
    }
    put(i, entry);
  }

  private void down(int at, Entry entry) {
    int i = at;
    while (true) {
      int child = 2 * i + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1].at - heap[child].at < 0) {
        child++;
      }
      if (entry.at - heap[child].at <= 0) {
        break;
      }
      put(i, heap[child]);
      i = child;
    }
    put(i, entry);
  }

  private void put(int at, Entry entry) {
    heap[at] = entry;
    entry.index = at;
  }
}
