// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.policy.Outcome.Expiry;
import io.inboard.time.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * When an attempt begins, and which bound ends it. A part of {@link PolicyAttempt}, and no object
 * of its own, since every attempt has it.
 *
 * <p>It is its own timed task: one entry in the timer for the nearer of its two bounds, that of the
 * attempt and that of the call. The entry stays when the head is there; when it strikes, it goes on
 * for what is left of the call's time, for the body.
 */
abstract class TimedAttempt implements Runnable {
  /** Adapters round nanoseconds to the milliseconds of socket timeouts. */
  private static final long ROUNDING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  // Fields that are exchanged, without an object for each in every attempt; null at first, since a
  // volatile field that is given a value in a constructor costs a fence.
  private static final AtomicReferenceFieldUpdater<TimedAttempt, Runnable> ABORT =
      AtomicReferenceFieldUpdater.newUpdater(TimedAttempt.class, Runnable.class, "abort");

  private static final AtomicReferenceFieldUpdater<TimedAttempt, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(TimedAttempt.class, State.class, "state");

  /** Says which bounds hold. Set once, before the attempt is handed out. */
  CallDecision call;

  /** Whether it went out. Adapter's threads, with happens-before to the next step. */
  boolean sent;

  /**
   * What stops the I/O. Exchanged, so that it runs once at most; null: there is nothing to stop.
   */
  private volatile Runnable abort;

  /** Null: open. Exchanged by steps and by the timer: the first one decides. */
  private volatile State state;

  /**
   * Written by the adapter's thread and the timer's, each of which looks afterwards whether it is
   * still wanted; cancelled by a step, or by the thread that abandons the call. Null: there is
   * none.
   */
  private volatile Timer.Task task;

  /** The end of its delay; once the adapter can stop it, when that began. As {@link #sent}. */
  private long startedNanos;

  private enum State {
    /** The head has come, or will not come: only the call's own bound counts from now on. */
    SETTLED,
    PER_TRY,
    TOTAL
  }

  /**
   * Before it is handed out.
   *
   * @param dueNanos when its delay is over, by the clock
   */
  final void of(CallDecision decision, long dueNanos) {
    call = decision;
    startedNanos = dueNanos;
  }

  /**
   * Goes out at the latest now.
   *
   * @param now by the clock
   */
  abstract void goesOut(long now);

  /** The bound of this attempt; {@link Long#MAX_VALUE}: none but the call's. */
  abstract long perTryNanos();

  /** Whatever the adapter asks first sends the attempt, unless it asks ahead of the delay. */
  final void touch(long now) {
    if (!sent && now - startedNanos >= 0) {
      goesOut(now);
    }
  }

  final long now() {
    return call.policy.clock().nanos();
  }

  /** See {@link io.inboard.call.Attempt#connectTimeoutNanos}. */
  public final long connectTimeoutNanos() {
    return Math.min(call.policy.connectTimeoutNanos(), timeoutNanos());
  }

  /** See {@link io.inboard.call.Attempt#timeoutNanos}. */
  public final long timeoutNanos() {
    long now = now();
    touch(now);
    return Math.max(1, Math.min(perTryNanos(), call.remainingNanos(now)));
  }

  /** See {@link io.inboard.call.Attempt#onTimeout}. */
  public final void onTimeout(Runnable newAbort) {
    long now = now();
    touch(now);
    long perTry = perTryNanos();
    if (perTry == Long.MAX_VALUE && !call.bounded()) {
      return;
    }
    abort = newAbort;
    long delay = Math.max(0, startedNanos - now); // An adapter may register ahead of the delay.
    startedNanos = now + delay;
    cancelTask();
    strikeIn(delay + Math.min(perTry, call.remainingNanos(now) - delay));
  }

  private void strikeIn(long nanos) {
    task = call.policy.timer().schedule(this, nanos);
    if (call.over() || abort == null) {
      cancelTask();
    }
  }

  /** The timer strikes: for the whole call, or for this attempt while it waits for the head. */
  @Override
  public final void run() {
    if (call.over() || abort == null) {
      return;
    }
    long remaining = call.remainingNanos(now());
    if (remaining <= 0) {
      STATE.compareAndSet(this, null, State.TOTAL);
      abort();
    } else if (STATE.compareAndSet(this, null, State.PER_TRY)) {
      abort();
    } else if (call.bounded()) {
      strikeIn(remaining);
    }
  }

  private void abort() {
    Runnable io = ABORT.getAndSet(this, null);
    if (io != null) {
      io.run();
    }
  }

  /** There is nothing to stop any more: it has failed, or the rest of its answer is not needed. */
  final void release() {
    if (abort != null) {
      abort = null;
    }
    cancelTask();
  }

  /**
   * The adapter reports the end of this attempt's first half.
   *
   * @param failed without a head; an adapter may enforce {@link #timeoutNanos} itself, and be a
   *     little early by rounding
   * @return which bound of ours has ended it
   */
  final Expiry settle(boolean failed) {
    if (!call.bounded()) {
      cancelTask(); // It was for the head only.
    }
    if (state == null && STATE.compareAndSet(this, null, State.SETTLED)) {
      return failed ? byClock() : Expiry.NONE;
    }
    return switch (state) {
      case PER_TRY -> Expiry.PER_TRY;
      case TOTAL -> Expiry.TOTAL;
      case SETTLED -> Expiry.NONE;
    };
  }

  private void cancelTask() {
    Timer.Task t = task;
    if (t != null) {
      task = null;
      t.cancel();
    }
  }

  private Expiry byClock() {
    long now = now();
    if (call.remainingNanos(now) <= ROUNDING_NANOS) {
      return Expiry.TOTAL;
    }
    long perTry = perTryNanos();
    boolean over = perTry != Long.MAX_VALUE && now - startedNanos >= perTry - ROUNDING_NANOS;
    return over ? Expiry.PER_TRY : Expiry.NONE;
  }
}
