// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import java.io.IOException;

/**
 * How far an attempt has come, told by events of its connection, one at a time, and by what the
 * mesh decides or the application gives up, on any thread. While an event is passed on to the
 * library, they leave a note, and the event's thread does what it says. All fields are guarded by
 * this; nothing is called under the lock.
 */
final class Stage {
  /** In this order. */
  enum Phase {
    /** It waits for a connection. */
    LEASING,
    /** It has one, over which nothing was sent. */
    CONNECTED,
    /** The head was prepared, and may have been sent. */
    SENDING,
    /** The response's head was reported, and nothing is decided. */
    REPORTED,
    /** The response is the application's. */
    DELIVERED,
    /** The response is nobody's, and is read to its end. */
    DRAINING,
    /** Nothing that comes counts. */
    OVER
  }

  private Phase phase = Phase.LEASING;

  /** Whether an event is being passed on. */
  private boolean busy;

  /** Whether the response was decided to be delivered while its event was passed on. */
  private boolean delivers;

  /** Why it was stopped; null if it was not. */
  private IOException stopped;

  /** Why it failed; null if it did not. */
  private Exception broken;

  /** Whether a response was read to its end before what was decided of it was done. */
  private boolean completed;

  /** Whether another thread than that of the events is doing what was decided of the response. */
  private boolean handing;

  synchronized boolean is(Phase asked) {
    return phase == asked;
  }

  /** Goes on; false if it is not where that follows. */
  synchronized boolean move(Phase from, Phase to) {
    boolean moves = phase == from;
    if (moves) {
      phase = to;
    }
    return moves;
  }

  /** The same before anything was stopped. */
  synchronized boolean moveUnlessStopped(Phase from, Phase to) {
    return stopped == null && move(from, to);
  }

  /** The same, and an event is passed on from now on; see {@link #leave}. */
  synchronized boolean moveInto(Phase from, Phase to) {
    boolean moves = moveUnlessStopped(from, to);
    busy |= moves;
    return moves;
  }

  /** An event is passed on; false if it does not count here. Then {@link #leave} follows. */
  synchronized boolean enter(Phase... places) {
    for (Phase place : places) {
      if (stopped == null && phase == place) {
        busy = true;
        return true;
      }
    }
    return false;
  }

  /**
   * An event was passed on.
   *
   * @return where it was stopped meanwhile; {@link Phase#OVER} if it was not
   */
  synchronized Phase leave() {
    busy = false;
    return stopped == null ? Phase.OVER : end();
  }

  /**
   * The application, or the mesh, waits no longer.
   *
   * @return where it is stopped; {@link Phase#OVER} if it has ended, or an event's thread sees to
   *     it
   */
  synchronized Phase stop(IOException cause) {
    if (stopped != null || phase == Phase.OVER) {
      return Phase.OVER;
    }
    stopped = cause;
    return busy ? Phase.OVER : end();
  }

  /** Its connection fails; where, {@link Phase#OVER} if that is no news. */
  synchronized Phase fail(Exception error) {
    if (completed && (phase == Phase.REPORTED || handing)) {
      // The connection has done what it was for.
      return Phase.OVER;
    }
    if (phase != Phase.OVER) {
      broken = error;
    }
    return end();
  }

  /** It is over; where it was. */
  synchronized Phase end() {
    Phase last = phase;
    phase = Phase.OVER;
    return last;
  }

  /** Why it was stopped, or has failed; null if it was not, and has not. */
  synchronized Exception error() {
    return stopped == null ? broken : stopped;
  }

  synchronized boolean isStopped() {
    return stopped != null;
  }

  /**
   * The response is to be delivered.
   *
   * @return false if the thread of the event that has reported it sees to that
   */
  synchronized boolean deliver() {
    if (busy) {
      delivers = true;
      return false;
    }
    if (error() == null && phase == Phase.REPORTED) {
      phase = Phase.DELIVERED;
      busy = true;
      handing = true;
    }
    return true;
  }

  /** The response is nobody's; false if there is none any more. {@link #isHandedOn} follows. */
  synchronized boolean drain() {
    boolean drains = move(Phase.REPORTED, Phase.DRAINING);
    handing |= drains;
    return drains;
  }

  /**
   * What was decided of the response is done, as far as it has come.
   *
   * @return whether its end was read meanwhile, which this thread sees to; else the next event does
   */
  synchronized boolean isHandedOn() {
    handing = false;
    return completed;
  }

  /**
   * The head was reported, and its event is still passed on: whether the response is the
   * application's by now.
   *
   * @param undecided runs under the lock if nobody has decided yet; must not block
   */
  synchronized boolean isDelivered(Runnable undecided) {
    boolean now = delivers && move(Phase.REPORTED, Phase.DELIVERED);
    if (phase == Phase.REPORTED) {
      undecided.run();
    }
    return now;
  }

  /** Whether it was decided too late for {@link #isDelivered} to see. */
  synchronized boolean isDeliveredLate() {
    return delivers && phase == Phase.REPORTED && !busy;
  }

  /**
   * The response was read to its end; true if nothing is decided, or that is not done, and it is
   * noted. A response without a body ends with its head, whether its connection is read or not.
   */
  synchronized boolean completesLater() {
    boolean later = handing || phase == Phase.REPORTED;
    completed |= later;
    return later;
  }
}
