// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Call;
import io.inboard.call.Step;
import io.inboard.call.client.UnderWay.Ended;
import io.inboard.call.client.UnderWay.GivenUp;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Follows the steps of a {@link Call} without a thread that waits: attempts and waits end with
 * futures. Attempts follow each other; each begins where the one before has ended. What happens
 * while one is under way, or two, stands in {@link UnderWay}.
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
  private final UnderWay<R> attempts;
  private final CompletableFuture<Outcome<R>> result = new CompletableFuture<>();

  /**
   * The outcome of the last attempt; null while one is under way. The thread that takes it
   * continues, once.
   */
  private final AtomicReference<Ended<R>> resting = new AtomicReference<>();

  /** Makes a call that has not begun; {@code call} must not be {@link Call#UNTOUCHED}. */
  public AsyncCall(Call call, AsyncTransport<R> transport) {
    this(call, transport, Delays.OF_JDK);
  }

  AsyncCall(Call call, AsyncTransport<R> transport, Delays delays) {
    this.call = call;
    this.transport = transport;
    this.delays = delays;
    this.end = new CallEnd(call);
    this.attempts = new UnderWay<>(call, transport, delays, this::goOn);
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

  /** After an attempt. */
  private void goOn(Step step, Ended<R> ended) {
    try {
      follow(step, ended);
    } catch (Throwable e) {
      mistaken(e, ended);
    }
  }

  private void follow(Step step, Ended<R> last) {
    boolean first = last.attempt() == null;
    if (step instanceof Step.Send send) {
      if (first && send.delayNanos() == 0 && attempts.givenUp() == null) {
        attempts.launch(attempts.next(send.attempt()));
      } else if (!first && (attempts.isTimeUp() || !transport.canSendAgain(last.response()))) {
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
      GivenUp now = attempts.givenUp();
      end.done();
      // If that is why nothing was decided, the library must not send it past the mesh.
      result.complete(now == null ? new Outcome.Untouched<>() : new Outcome.Stopped<>(now.cause()));
    } else {
      deliver(last);
    }
  }

  /** An error of ours after the call has begun fails the call: its caller waits for the result. */
  private void mistaken(Throwable e, Ended<R> last) {
    transport.mistake(e);
    fail(
        last.error() == null ? new IOException("inboard: the call cannot go on", e) : last.error());
  }

  private void pause(Step.Send send, Ended<R> last) {
    long earliest = delays.nanoTime() + send.delayNanos();
    if (rest(last)) {
      discard(
          last,
          () ->
              resume(
                  earliest - delays.nanoTime(),
                  last,
                  () -> attempts.launch(attempts.next(send.attempt()))));
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
              (next, e) ->
                  resume(
                      0,
                      last,
                      () -> {
                        if (e == null) {
                          follow(next, last);
                        } else {
                          undecided(e, last);
                        }
                      }));
    }
  }

  /** The mesh has nothing to say, by an error of ours: nothing is sent, with or without it. */
  private void undecided(Throwable e, Ended<R> last) {
    Throwable cause = UnderWay.unwrapped(e);
    transport.mistake(cause);
    IOException why = new IOException(cause);
    last.stop(why);
    stopped(why);
  }

  /** False if the application waits no longer, and has been told. */
  private boolean rest(Ended<R> last) {
    resting.set(last);
    GivenUp now = attempts.givenUp();
    if (now != null) {
      endRest(now.cause());
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
      stopped(cause);
    }
  }

  private void stopped(IOException cause) {
    call.abandoned();
    end.done();
    result.complete(new Outcome.Stopped<>(cause));
  }

  /** Runs the task once the unread rest of a response was discarded, or takes too long. */
  @SuppressWarnings("FutureReturnValueIgnored")
  private void discard(Ended<R> last, Runnable then) {
    if (last.response() == null) {
      then.run();
      return;
    }
    CompletableFuture<Void> discarded = new CompletableFuture<>();
    discarded.thenRun(then);
    Runnable forget = delays.after(DISCARD_NANOS, () -> discarded.complete(null));
    transport
        .discard(last.response())
        .whenComplete(
            (v, e) -> {
              forget.run();
              discarded.complete(null);
            });
  }

  private void deliver(Ended<R> last) {
    if (last.error() == null) {
      result.complete(new Outcome.Delivered<>(last.response(), false));
    } else {
      end.done();
      result.complete(new Outcome.Failed<>(last.error(), false));
    }
  }

  private void refuse(Step.Refuse refuse, Ended<R> last) {
    IOException error = Refusals.exception(refuse, last.error(), transport::timeout);
    last.stop(error);
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
    attempts.giveUp(new GivenUp(cause, timeUp));
    if (!timeUp && !end.isDone()) {
      call.abandoned();
    }
  }

  /** After {@link #giveUp}: ends a wait, and the attempts under way. Idempotent; any thread. */
  public void stop() {
    GivenUp now = attempts.givenUp();
    if (now == null) {
      return;
    }
    endRest(now.cause());
    attempts.stop(now.cause());
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
