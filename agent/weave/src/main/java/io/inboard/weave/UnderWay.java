// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Work of ours that the end of the JVM must not meet half done, above all weaving. From JDK 26 on,
 * a JVM that ends waits for each callback into an agent that is under way, for up to 60 s, and lets
 * nobody collect garbage meanwhile: a callback that needs memory then waits for the JVM, and the
 * JVM for it. So our exit hook calls the end before the JVM does: what has not begun does not begin
 * any more, and what has begun is waited for, bounded. After all shutdown hooks the JVM is told to
 * call us no more, and the calls that it made by then are waited for as well.
 *
 * <p>Any thread may call any method. The lock is held for a moment only.
 */
public final class UnderWay {
  /** From the moment at which the exit began: it is delayed by a second at most. */
  private static final long LAST_MOMENT_NANOS = 970_000_000;

  /** Enough for a callback, however long the application's own hooks took. */
  private static final long AT_LEAST_NANOS = 30_000_000;

  // Guarded by this object's lock.
  private int count;
  private boolean over;
  private long overSince;

  /**
   * Begins a piece of work that can be left out; {@link #end} is to be called after it.
   *
   * @return false if the JVM is about to end: the work is to be left out, and no end called
   */
  public synchronized boolean begin() {
    if (over) {
      return false;
    }
    count++;
    return true;
  }

  /** Begins a piece of work that is done in any case; {@link #end} is to be called after it. */
  public synchronized void beginAnyway() {
    count++;
  }

  /** What was begun has ended, well or not. */
  public synchronized void end() {
    count--;
    if (count == 0) {
      notifyAll();
    }
  }

  /** The JVM is about to end: nothing that can be left out begins from now on. */
  public synchronized void over() {
    if (!over) {
      over = true;
      overSince = System.nanoTime();
    }
  }

  /**
   * Waits, after all shutdown hooks, until nothing is under way and nobody is counted: for the rest
   * of the second that the JVM's end is given, and for a moment in any case.
   */
  void awaitTheEnd(AtomicInteger callbacks) {
    long now = System.nanoTime();
    long end;
    synchronized (this) {
      end = Math.max(overSince + LAST_MOMENT_NANOS - now, AT_LEAST_NANOS) + now;
    }
    try {
      await(Duration.ofNanos(end - System.nanoTime()));
      do {
        // The JVM's own way into a callback and out of it is not counted: a moment for that.
        Thread.sleep(1);
      } while (callbacks.get() > 0 && System.nanoTime() - end < 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The waiting thread is to stop: end without waiting.
    }
  }

  /**
   * Waits until nothing is under way.
   *
   * @param atMost how long; nothing or less does not wait
   * @return whether nothing was
   * @throws InterruptedException if the waiting thread is interrupted
   */
  public synchronized boolean await(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (count > 0) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
