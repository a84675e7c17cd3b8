// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.DestinationSettings.PoolSettings;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How many calls of a destination may have an attempt under way, and how many may wait for that;
 * RATIONALE.md, Bulkhead. Who waits is served in order. A call holds its place from its first
 * attempt to its end, also while it waits for a retry. One per destination, lives through changes
 * of settings; unlimited it costs nothing, and calls of that time are not counted.
 *
 * <p>Takes no lock. Counters are exchanged by compare-and-set; a thread that gives a place back
 * checks the queue afterwards, and a thread that joins the queue checks for a free place, so that
 * no place stays free while a call waits.
 */
final class Bulkhead {
  private static final AtomicIntegerFieldUpdater<Bulkhead> TAKEN =
      AtomicIntegerFieldUpdater.newUpdater(Bulkhead.class, "taken");
  private static final AtomicIntegerFieldUpdater<Bulkhead> WAITING =
      AtomicIntegerFieldUpdater.newUpdater(Bulkhead.class, "waiting");
  private static final AtomicIntegerFieldUpdater<Bulkhead> SERVING =
      AtomicIntegerFieldUpdater.newUpdater(Bulkhead.class, "serving");

  private final ConcurrentLinkedQueue<Place> queue = new ConcurrentLinkedQueue<>();
  private volatile PoolSettings settings;

  /** Places that are held. */
  private volatile int taken;

  /** Places in the queue. */
  private volatile int waiting;

  /** More than 0 while a thread serves the queue; others add to it, and it goes round again. */
  private volatile int serving;

  Bulkhead(PoolSettings settings) {
    this.settings = settings;
  }

  /** Other bounds; what is held stays so. */
  void change(PoolSettings changed) {
    settings = changed;
    serve();
  }

  boolean limited() {
    return settings.maxConnections() != PoolSettings.UNLIMITED;
  }

  /** Takes a place, to be given back once, if no call is waiting for one. */
  boolean takeAtOnce() {
    return queue.isEmpty() && take();
  }

  /** Gives back a place that was taken at once. */
  void giveBack() {
    TAKEN.decrementAndGet(this);
    serve();
  }

  /** A place that is held or waited for; null when no more may wait. */
  Place ask() {
    if (takeAtOnce()) {
      return new Place(Place.HELD);
    }
    int most = settings.http1MaxPendingRequests();
    while (true) {
      int now = waiting;
      if (now >= most) {
        return null;
      }
      if (WAITING.compareAndSet(this, now, now + 1)) {
        break;
      }
    }
    Place place = new Place(Place.QUEUED);
    queue.add(place);
    serve(); // One may have become free in the meantime.
    return place;
  }

  int taken() {
    return taken;
  }

  int waiting() {
    return waiting;
  }

  private boolean take() {
    while (true) {
      int now = taken;
      if (now >= settings.maxConnections()) {
        return false;
      }
      if (TAKEN.compareAndSet(this, now, now + 1)) {
        return true;
      }
    }
  }

  /**
   * Gives free places to those who wait. One thread at a time, in a loop and never within itself: a
   * call that is refused when its turn comes gives its place back at once, and so may all others.
   */
  private void serve() {
    if (SERVING.getAndIncrement(this) != 0) {
      return;
    }
    int seen = 1;
    while (seen != 0) {
      while (!queue.isEmpty() && take()) {
        Place next = queue.poll();
        if (next == null || !next.grant()) {
          TAKEN.decrementAndGet(this); // It has left in the meantime.
        }
      }
      seen = SERVING.addAndGet(this, -seen);
    }
  }

  /** What one call has. */
  final class Place implements Turn {
    private static final int QUEUED = 0;
    private static final int HELD = 1;
    private static final int LEFT = 2;
    private static final AtomicIntegerFieldUpdater<Place> STATE =
        AtomicIntegerFieldUpdater.newUpdater(Place.class, "state");
    private static final Runnable TOLD = () -> {};

    private volatile int state;

    /**
     * Null, then the action, then {@link #TOLD}: the second of the two threads that arrive here
     * runs the action.
     */
    private final AtomicReference<Runnable> turn = new AtomicReference<>();

    private Place(int state) {
      this.state = state;
    }

    boolean held() {
      return state == HELD;
    }

    @Override
    public void onTurn(Runnable action) {
      if (!turn.compareAndSet(null, action)) {
        action.run();
      }
    }

    @Override
    public boolean leave() {
      if (STATE.compareAndSet(this, QUEUED, LEFT)) {
        WAITING.decrementAndGet(Bulkhead.this);
        queue.remove(this);
        return true;
      }
      if (STATE.compareAndSet(this, HELD, LEFT)) {
        giveBack();
      }
      return false;
    }

    private boolean grant() {
      if (!STATE.compareAndSet(this, QUEUED, HELD)) {
        return false;
      }
      WAITING.decrementAndGet(Bulkhead.this);
      Runnable action = turn.getAndSet(TOLD);
      if (action != null) {
        action.run();
      }
      return true;
    }
  }
}
