// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.CallerTerms;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * What a call has taken besides its attempts, and gives back when it ends: it is counted as under
 * way, it has a place of the pool or waits for something, and room for its body. A part of the
 * call's decision, and no object of its own, since every call has it.
 *
 * <p>Steps take; the end may come meanwhile on another thread. A thread that takes something first
 * records it and then reads {@link #over}; the end first writes {@link #over} and then looks for
 * what was recorded. So one of the two sees the other, and each thing is given back by an exchange,
 * so only once.
 */
abstract class CallReservations {
  private static final AtomicIntegerFieldUpdater<CallReservations> HELD =
      AtomicIntegerFieldUpdater.newUpdater(CallReservations.class, "held");

  private static final AtomicReferenceFieldUpdater<CallReservations, Replay.Room> ROOM =
      AtomicReferenceFieldUpdater.newUpdater(CallReservations.class, Replay.Room.class, "room");

  /** Of {@link #hold}: it is counted as under way. */
  static final int COUNTED = 1;

  /** Of {@link #hold}: it has got a place of the pool at once. */
  static final int PLACE = 2;

  final DestinationPolicy policy;

  /** Of the request for which the call is made. */
  final CallerTerms terms;

  /** Nothing more is to be sent. */
  private volatile boolean over;

  /**
   * Of the pool, when it had none to give at once, or in the queue for the first endpoints; null:
   * none. A call waits for one thing at a time.
   */
  private volatile Turn place;

  /** For the body, where it is kept; null: it is not. */
  private volatile Replay.Room room;

  /** What else was taken, as bits; exchanged for 0 by whoever gives it back. */
  private volatile int held;

  CallReservations(DestinationPolicy policy, CallerTerms terms) {
    this.policy = policy;
    this.terms = terms;
  }

  /** Notes what was taken. */
  final void hold(int what) {
    HELD.getAndAdd(this, what);
    if (over) {
      release();
    }
  }

  /** Asks for a place of the pool, or in its queue; null: there is none. */
  final Bulkhead.Place ask(Bulkhead pool) {
    Bulkhead.Place asked = pool.ask();
    if (asked != null) {
      take(asked);
    }
    return asked;
  }

  /** Takes a place in a queue. */
  final void take(Turn turn) {
    place = turn;
    if (over) {
      turn.leave();
    }
  }

  /** Of a call that has taken one. */
  final Turn place() {
    return place;
  }

  /**
   * Whether so many more bytes of the request's body may be kept for a repetition. Any thread.
   *
   * @return false: nothing is kept for this call from now on
   */
  public final boolean mayKeep(int more) {
    if (over || !Repetition.possible(policy, terms)) {
      return false;
    }
    Replay.Room mine = room;
    if (mine == null) {
      mine = Replay.JVM.room();
      if (!ROOM.compareAndSet(this, null, mine)) {
        mine = room;
      }
    }
    if (over) {
      mine.close();
    }
    return mine.keep(more, policy);
  }

  /** Whether the call is answered and read, or given up. */
  public final boolean over() {
    return over;
  }

  /**
   * The end; {@link #giveBack} follows.
   *
   * @return whether it was not over before; where two threads end the call at once, perhaps both
   */
  final boolean isOver() {
    boolean before = over;
    over = true;
    return !before;
  }

  /** Gives everything back. Idempotent. */
  final void giveBack() {
    release();
    Turn asked = place;
    if (asked != null) {
      asked.leave();
    }
    Replay.Room kept = room;
    if (kept != null) {
      kept.close();
    }
  }

  private void release() {
    int had = held == 0 ? 0 : HELD.getAndSet(this, 0);
    if ((had & COUNTED) != 0) {
      policy.statistics().ended();
    }
    if ((had & PLACE) != 0) {
      policy.limits().bulkhead().giveBack();
    }
  }
}
