// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * See {@link Timer#PROCESS}. Nearly every task is cancelled long before its time; so what a call
 * pays for is to hand a small object over, by one compare-and-set, and to clear one of its fields.
 * All the rest is done by the timer's thread alone: it takes over what was handed over, throws away
 * what was cancelled by then, and keeps the rest in order ({@link TimerHeap}).
 *
 * <p>No lock is taken, and the thread is seldom woken: it publishes until when it sleeps, and it is
 * woken only for an earlier task, or when the tasks handed over number {@link #PILE}, so that the
 * memory of cancelled tasks is bounded. What a task refers to is let go when it is cancelled.
 *
 * <p>Why no task is missed: a thread that hands a task over writes {@link #handedOver} and then
 * reads {@link #wakesAt}; the thread writes {@link #wakesAt} and then takes what is handed over,
 * before it sleeps. Both fields are volatile, so one of the two sees what the other has written:
 * the thread what is earlier than its sleep, or the other one that it must wake it. A wake-up that
 * comes before the sleep makes the sleep end at once.
 */
final class ProcessTimer implements Timer {
  /** How many are handed over before the thread is woken to look which of them were cancelled. */
  static final int PILE = 1024;

  private static final AgentLoop LOOP = AgentLoop.named("inboard-timer");

  /** Of {@link #wakesAt}: it will look at what is handed over before it sleeps. */
  private static final long AWAKE = -1;

  private static final AtomicReferenceFieldUpdater<ProcessTimer, Entry> HANDED_OVER =
      AtomicReferenceFieldUpdater.newUpdater(ProcessTimer.class, Entry.class, "handedOver");

  /** So that times are 0 or more, and are compared as they are. */
  private final long originNanos = System.nanoTime();

  /** The last task handed over; each refers to the one before. Exchanged by any thread. */
  private volatile Entry handedOver;

  /** Until when the thread sleeps. Written by it alone. */
  private volatile long wakesAt = TimerHeap.NEVER;

  /** Changed by the thread alone; what it did before it went to sleep is seen by who reads that. */
  private final TimerHeap agenda = new TimerHeap();

  /** Started at first use: a JVM without timeouts has no thread. */
  private final AtomicBoolean started = new AtomicBoolean();

  /** Null: not started, and it will find what was handed over until then. */
  private volatile Thread thread;

  /** A task, and when it is due. */
  static final class Entry implements Task {
    final long at;

    /** Null: cancelled, or run. Whoever wants to cancel, and the thread. */
    private volatile Runnable task;

    /** The one that was handed over before; null: none. The thread's, once it was taken over. */
    private Entry before;

    /** How many they are with those before it. */
    private int pile;

    Entry(long at, Runnable task) {
      this.at = at;
      this.task = task;
    }

    boolean cancelled() {
      return task == null;
    }

    @Override
    public void cancel() {
      task = null;
    }

    private void run() {
      Runnable wanted = task;
      if (wanted == null) {
        return;
      }
      task = null;
      try {
        wanted.run();
      } catch (Throwable e) {
        // Closing a library's socket may throw anything; the timer must continue.
        LOOP.failed(e);
      }
    }
  }

  @Override
  public Task schedule(Runnable task, long delayNanos) {
    long now = now();
    Entry entry =
        new Entry(now + Math.min(Math.max(0, delayNanos), TimerHeap.NEVER - 1 - now), task);
    Entry last;
    do {
      last = handedOver;
      entry.before = last;
      entry.pile = last == null ? 1 : last.pile + 1;
    } while (!HANDED_OVER.compareAndSet(this, last, entry));
    if (entry.at < wakesAt || entry.pile % PILE == 0) {
      wake();
    }
    return entry;
  }

  private void wake() {
    Thread t = thread;
    if (t != null) {
      LockSupport.unpark(t);
    } else if (started.compareAndSet(false, true)) {
      AgentThreads.daemon("inboard-timer", this::work).start();
    }
  }

  private void work() {
    thread = Thread.currentThread();
    thread.setContextClassLoader(null); // It runs what closes the application's sockets.
    LOOP.run(() -> false, this::round);
  }

  private void round() {
    wakesAt = AWAKE;
    takeOver();
    for (Entry due = agenda.due(now()); due != null; due = agenda.due(now())) {
      due.run();
    }
    long until = agenda.next();
    wakesAt = until;
    takeOver();
    if (agenda.next() >= until) {
      sleep(until);
    }
  }

  private void sleep(long until) {
    if (until == TimerHeap.NEVER) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, until - now());
    }
    Thread.interrupted(); // Clear it: an interrupted thread cannot sleep.
  }

  /** Puts what was handed over on the agenda, in the order in which it was. */
  private void takeOver() {
    Entry first = null;
    for (Entry e = HANDED_OVER.getAndSet(this, null); e != null; ) {
      Entry before = e.before;
      e.before = first;
      first = e;
      e = before;
    }
    while (first != null) {
      Entry e = first;
      first = e.before;
      e.before = null; // Or one that lives on would keep all that came after it.
      agenda.add(e);
    }
  }

  private long now() {
    return System.nanoTime() - originNanos;
  }

  /** Of what is handed over and was not looked at, at most so many were cancelled. */
  int handedOver() {
    Entry last = handedOver;
    return last == null ? 0 : last.pile;
  }

  /** Exact while nothing happens; for people, not for decisions. */
  @Override
  public int pending() {
    int pending = wakesAt == TimerHeap.NEVER ? 0 : agenda.pending();
    for (Entry e = handedOver; e != null; e = e.before) {
      pending += e.cancelled() ? 0 : 1;
    }
    return pending;
  }
}
