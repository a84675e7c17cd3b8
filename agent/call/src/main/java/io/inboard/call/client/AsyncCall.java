// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Step;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Follows the steps of a {@link Call} without a thread that waits: attempts and waits end with
 * futures, and two attempts may be under way (a hedge).
 *
 * <p>Attempts follow each other; each begins where the one before has ended. Where two are under
 * way, the questions to the call take turns under the lock of this object, and what they decide of
 * the two is written there; nothing of the library or of the application runs under it but {@link
 * AsyncTransport.Sending#ended} and {@link AsyncTransport#beside}.
 *
 * @param <R> the library's response
 */
public final class AsyncCall<R> {
  /** How long the unread rest of a response may hold up what takes its place. */
  private static final long DISCARD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Call call;
  private final AsyncTransport<R> transport;
  private final Delays delays;
  private final CallEnd end;
  private final CompletableFuture<Outcome<R>> result = new CompletableFuture<>();

  /**
   * The outcome of the last attempt; null while one is under way. The thread that takes it
   * continues, once.
   */
  private final AtomicReference<Ended<R>> resting = new AtomicReference<>();

  /** Null while the application waits. */
  private final AtomicReference<GivenUp> givenUp = new AtomicReference<>();

  /** The last attempt that was sent after others were over; guarded by this, as the next one. */
  private Pending<R> latest;

  private boolean hedged;

  /** One attempt, from the moment that it is to be sent until it is reported. */
  private static final class Pending<R> {
    final Attempt attempt;
    final AsyncTransport.Sending<R> sending;

    /**
     * Reported, or abandoned: later events of it are ignored. Guarded by its call, as the others.
     */
    boolean over;

    /** The attempt that is under way, too; null if there is none. */
    Pending<R> beside;

    /** Cancels the timer after which the attempt counts as slow. */
    Runnable notSlow = () -> {};

    Pending(Attempt attempt, AsyncTransport.Sending<R> sending) {
      this.attempt = attempt;
      this.sending = sending;
    }
  }

  /**
   * The application waits no longer.
   *
   * @param timeUp whether its own time is up: no attempt may follow, not even one that has been
   *     decided
   */
  private record GivenUp(IOException cause, boolean timeUp) {}

  /** The outcome of an attempt; all null before the first. */
  private record Ended<R>(Pending<R> attempt, R response, Throwable error) {}

  /** Makes a call that has not begun; {@code call} must not be {@link Call#UNTOUCHED}. */
  public AsyncCall(Call call, AsyncTransport<R> transport) {
    this(call, transport, Delays.OF_JDK);
  }

  AsyncCall(Call call, AsyncTransport<R> transport, Delays delays) {
    this.call = call;
    this.transport = transport;
    this.delays = delays;
    this.end = new CallEnd(call);
  }

  /**
   * Begins, and makes all attempts. Does not block. Asked once.
   *
   * @return complete at once with {@link Outcome.Untouched} where the library is to send as without
   *     us; never completed exceptionally, and never {@link Outcome.Sending}
   */
  public CompletableFuture<Outcome<R>> execute() {
    follow(call.first(), new Ended<>(null, null, null));
    return result;
  }

  private void follow(Step step, Ended<R> last) {
    boolean first = last.attempt == null;
    if (step instanceof Step.Send send) {
      if (first && send.delayNanos() == 0 && givenUp.get() == null) {
        launch(prepared(send.attempt()));
      } else if (!first && (isTimeUp() || !transport.canSendAgain(last.response))) {
        // What was decided is not sent, and must not count as if it were.
        call.abandoned();
        deliver(last);
      } else {
        pause(send, last);
      }
    } else if (step instanceof Step.Later later) {
      await(later, last);
    } else if (step instanceof Step.Answer answer) {
      discard(last, () -> run(() -> answer(answer)));
    } else if (step instanceof Step.Refuse refuse) {
      refuse(refuse, last);
    } else if (step instanceof Step.OtherInFlight) {
      discard(last, () -> {});
    } else if (first) {
      GivenUp now = givenUp.get();
      end.done();
      // If that is why nothing was decided, the library must not send it past the mesh.
      result.complete(now == null ? new Outcome.Untouched<>() : new Outcome.Stopped<>(now.cause));
    } else {
      deliver(last);
    }
  }

  private Pending<R> prepared(Attempt attempt) {
    Pending<R> pending = new Pending<>(attempt, transport.prepare(attempt));
    synchronized (this) {
      latest = pending;
    }
    return pending;
  }

  /** Throws only before anything of this attempt was sent. */
  private void launch(Pending<R> pending) {
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

  private boolean isTimeUp() {
    GivenUp now = givenUp.get();
    return now != null && now.timeUp;
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
    boolean wrapped = thrown instanceof CompletionException && thrown.getCause() != null;
    Ended<R> ended = new Ended<>(pending, response, wrapped ? thrown.getCause() : thrown);
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
    try {
      follow(step, ended);
    } catch (Throwable e) {
      mistaken(e, ended);
    }
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

  /** An error of ours after the call has begun fails the call: its caller waits for the result. */
  private void mistaken(Throwable e, Ended<R> last) {
    transport.mistake(e);
    fail(last.error == null ? new IOException("inboard: the call cannot go on", e) : last.error);
  }

  private void pause(Step.Send send, Ended<R> last) {
    long earliest = delays.nanoTime() + send.delayNanos();
    if (rest(last)) {
      discard(
          last,
          () -> resume(earliest - delays.nanoTime(), last, () -> launch(prepared(send.attempt()))));
    }
  }

  /** Continues with the step that the mesh completes, on another thread than the completing one. */
  // What the stage throws is caught inside.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void await(Step.Later later, Ended<R> last) {
    if (rest(last)) {
      later
          .next()
          .whenComplete(
              (next, e) -> resume(0, last, () -> follow(e == null ? next : Step.DELIVER, last)));
    }
  }

  /** False if the application waits no longer, and has been told. */
  private boolean rest(Ended<R> last) {
    resting.set(last);
    GivenUp now = givenUp.get();
    if (now != null) {
      endRest(now.cause);
    }
    return now == null;
  }

  /** Goes on after so many nanoseconds, unless the rest was ended before. */
  private void resume(long nanos, Ended<R> last, Runnable then) {
    Runnable task =
        () -> {
          if (resting.compareAndSet(last, null)) {
            try {
              then.run();
            } catch (Throwable e) {
              mistaken(e, last);
            }
          }
        };
    if (nanos <= 0) {
      run(task);
    } else {
      delays.after(nanos, () -> run(task));
    }
  }

  /** Runs a task in the library; where that takes no more tasks, the call fails. */
  private void run(Runnable task) {
    try {
      transport.executor().execute(task);
    } catch (RuntimeException e) {
      IOException error = new IOException("the client's executor takes no more tasks", e);
      endRest(error);
      fail(error);
    }
  }

  private void endRest(IOException cause) {
    if (resting.getAndSet(null) != null) {
      call.abandoned();
      end.done();
      result.complete(new Outcome.Stopped<>(cause));
    }
  }

  /** Runs the task once the unread rest of a response was discarded, or takes too long. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void discard(Ended<R> last, Runnable then) {
    if (last.response == null) {
      then.run();
      return;
    }
    CompletableFuture<Void> discarded = new CompletableFuture<>();
    discarded.thenRun(then);
    Runnable forget = delays.after(DISCARD_NANOS, () -> discarded.complete(null));
    transport
        .discard(last.response)
        .whenComplete(
            (v, e) -> {
              forget.run();
              discarded.complete(null);
            });
  }

  private void deliver(Ended<R> last) {
    if (last.error == null) {
      result.complete(new Outcome.Delivered<>(last.response, false));
    } else {
      end.done();
      result.complete(new Outcome.Failed<>(last.error, false));
    }
  }

  private void refuse(Step.Refuse refuse, Ended<R> last) {
    IOException error = Refusals.exception(refuse, last.error, transport::timeout);
    if (last.response != null) {
      last.attempt.sending.stop(error);
    }
    fail(error);
  }

  private void answer(Step.Answer answer) {
    try {
      result.complete(new Outcome.Delivered<>(transport.answer(answer), true));
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  private void fail(Throwable error) {
    end.done();
    result.complete(new Outcome.Failed<>(error, true));
  }

  /**
   * The application waits no longer: the mesh knows it, and no attempt follows. The one under way
   * ends when {@link #stop} or the library itself stops it. Idempotent; any thread.
   *
   * @param timeUp whether the application's own time is up, by which the attempt under way counts
   *     as failed; else it has cancelled, and nobody is to blame
   */
  public void giveUp(IOException cause, boolean timeUp) {
    givenUp.compareAndSet(null, new GivenUp(cause, timeUp));
    if (!timeUp && !end.isDone()) {
      call.abandoned();
    }
  }

  /** After {@link #giveUp}: ends a wait, and the attempts under way. Idempotent; any thread. */
  public void stop() {
    GivenUp now = givenUp.get();
    if (now == null) {
      return;
    }
    endRest(now.cause);
    Pending<R> one;
    Pending<R> other;
    synchronized (this) {
      one = latest;
      other = one == null ? null : one.beside;
    }
    stop(one, now.cause);
    stop(other, now.cause);
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

  /** See {@link CallEnd#tap}. */
  public Optional<BodyTap> tap(long length) {
    return end.tap(length);
  }

  /** See {@link CallEnd#ended}. */
  public void ended(BodyTap tap, boolean atEnd) {
    end.ended(tap, atEnd);
  }

  /** The call is over. Idempotent; any thread. */
  public void done() {
    end.done();
  }
}
