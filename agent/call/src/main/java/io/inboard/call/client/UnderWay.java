// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Step;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

/**
 * The attempt of an {@link AsyncCall} that is under way, or two where a slow one is hedged: sends
 * them, reports how each ends, and stops them. Safe for use by any thread.
 *
 * <p>Where two are under way, the questions to the call take turns under the lock of this object,
 * and what they decide of the two is written there; nothing of the library or of the application
 * runs under it but {@link AsyncTransport.Sending#ended} and {@link AsyncTransport#beside}.
 *
 * @param <R> the library's response
 */
final class UnderWay<R> {
  private final Call call;
  private final AsyncTransport<R> transport;
  private final Delays delays;
  private final BiConsumer<Step, Ended<R>> next;

  /** Null while the application waits. */
  private final AtomicReference<GivenUp> givenUp = new AtomicReference<>();

  /** The last attempt that was sent after others were over; guarded by this, as the next one. */
  private Pending<R> latest;

  private boolean hedged;

  /**
   * The application waits no longer.
   *
   * @param timeUp whether its own time is up: no attempt may follow, not even one that has been
   *     decided
   */
  record GivenUp(IOException cause, boolean timeUp) {}

  /** One attempt, from the moment that it is to be sent until it is reported. */
  static final class Pending<R> {
    private final Attempt attempt;
    private final AsyncTransport.Sending<R> sending;

    /**
     * Reported, or abandoned: later events of it are ignored. Guarded by its call, as the others.
     */
    private boolean over;

    /** The attempt that is under way, too; null if there is none. */
    private Pending<R> beside;

    /** Cancels the timer after which the attempt counts as slow. */
    private Runnable notSlow = () -> {};

    Pending(Attempt attempt, AsyncTransport.Sending<R> sending) {
      this.attempt = attempt;
      this.sending = sending;
    }
  }

  /** The outcome of an attempt; all null before the first. */
  record Ended<R>(Pending<R> attempt, R response, Throwable error) {
    /** Stops what the library still reads of the response, if there is one. */
    void stop(IOException cause) {
      if (response != null) {
        attempt.sending.stop(cause);
      }
    }
  }

  /**
   * Nothing is under way.
   *
   * @param next is told each step that follows an attempt, outside of the lock
   */
  UnderWay(Call call, AsyncTransport<R> transport, Delays delays, BiConsumer<Step, Ended<R>> next) {
    this.call = call;
    this.transport = transport;
    this.delays = delays;
    this.next = next;
  }

  /** An attempt that is to be launched after others are over. */
  Pending<R> next(Attempt attempt) {
    Pending<R> pending = new Pending<>(attempt, transport.prepare(attempt));
    synchronized (this) {
      latest = pending;
    }
    return pending;
  }

  /** Sends an attempt. Throws only before anything of it was sent. */
  void launch(Pending<R> pending) {
    AsyncTransport.Sending<R> sending = pending.sending;
    pending.attempt.onTimeout(() -> sending.stop(transport.timeout("request timed out")));
    sending.send((response, e) -> ended(pending, response, e));
    long patience = pending.attempt.hedgeAfterNanos();
    if (patience != Long.MAX_VALUE && transport.isHedgeable()) {
      whenSlow(pending, patience);
    }
    GivenUp now = givenUp.get();
    if (now != null) {
      stop(pending, now.cause);
    }
  }

  private void whenSlow(Pending<R> pending, long nanos) {
    Runnable forget = delays.after(nanos, () -> hedge(pending));
    boolean useless;
    synchronized (this) {
      useless = pending.over || hedged;
      pending.notSlow = forget;
    }
    if (useless) {
      forget.run();
    }
  }

  /** Sends a second attempt beside one that is slow, if the mesh says so. */
  private void hedge(Pending<R> slow) {
    try {
      transport.executor().execute(() -> second(slow).ifPresent(this::launchBeside));
    } catch (RejectedExecutionException e) {
      // The library takes no more tasks: the slow one is waited for.
    }
  }

  private synchronized Optional<Pending<R>> second(Pending<R> slow) {
    if (slow.over
        || givenUp.get() != null
        || hedged
        || !(call.hedge(slow.attempt) instanceof Step.Send send)) {
      return Optional.empty();
    }
    hedged = true;
    try {
      Pending<R> second = new Pending<>(send.attempt(), transport.beside(send.attempt()));
      second.beside = slow;
      slow.beside = second;
      return Optional.of(second);
    } catch (Throwable e) {
      transport.mistake(e);
      call.lost(send.attempt());
      return Optional.empty();
    }
  }

  private void launchBeside(Pending<R> second) {
    try {
      launch(second);
    } catch (Throwable e) {
      ended(second, null, e);
    }
  }

  private void ended(Pending<R> pending, R response, Throwable thrown) {
    Ended<R> ended = new Ended<>(pending, response, unwrapped(thrown));
    Step step = Step.DELIVER;
    Pending<R> loser;
    synchronized (this) {
      if (pending.over) {
        return;
      }
      pending.over = true;
      try {
        step = report(ended);
      } catch (Throwable e) {
        // The application still gets what the library has.
        transport.mistake(e);
      }
      loser = step instanceof Step.OtherInFlight ? null : lose(pending.beside);
    }
    pending.notSlow.run();
    if (loser != null) {
      loser.notSlow.run();
      loser.sending.stop(new IOException("another attempt was faster"));
    }
    next.accept(step, ended);
  }

  /** What a stage was completed with, without what other stages put around it; null stays. */
  static Throwable unwrapped(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  /** Under the lock. */
  private Step report(Ended<R> ended) {
    Attempt attempt = ended.attempt.attempt;
    Call.Progress progress = ended.attempt.sending.ended(ended.response, ended.error);
    if (ended.error == null) {
      attempt.protocolVersion(transport.version(ended.response));
      return call.responded(
          attempt, transport.status(ended.response), transport.headers(ended.response));
    }
    // The application's timeout where that was it, whatever the library made of it.
    return call.failed(attempt, isTimeUp() ? givenUp.get().cause : ended.error, progress);
  }

  /**
   * Under the lock. The attempt whose result is not needed any more; null if it was over already.
   */
  private Pending<R> lose(Pending<R> other) {
    if (other == null || other.over) {
      return null;
    }
    other.over = true;
    call.lost(other.attempt);
    return other;
  }

  /** The application waits no longer; the first that says so counts. */
  void giveUp(GivenUp now) {
    givenUp.compareAndSet(null, now);
  }

  /** Null while the application waits. */
  GivenUp givenUp() {
    return givenUp.get();
  }

  /** Whether the application's own time is up. */
  boolean isTimeUp() {
    GivenUp now = givenUp.get();
    return now != null && now.timeUp;
  }

  /** Stops what is under way. Idempotent. */
  void stop(IOException cause) {
    Pending<R> one;
    Pending<R> other;
    synchronized (this) {
      one = latest;
      other = one == null ? null : one.beside;
    }
    stop(one, cause);
    stop(other, cause);
  }

  private void stop(Pending<R> pending, IOException cause) {
    if (pending != null) {
      boolean over;
      synchronized (this) {
        over = pending.over;
      }
      if (!over) {
        pending.sending.stop(cause);
      }
    }
  }
}
