// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.inboard.call.AgentLoop;
import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Follows the steps of a {@link Call} for a thread that waits: delays, attempts, refusals, answers,
 * and what cuts a wait short. A library that sends from one method calls {@link #execute}; one
 * whose sending is spread over hooks calls {@link #begin} and reports each attempt itself.
 *
 * <p>Used by the calling thread; {@link #cancel}, {@link #ended} and {@link #done} come from any.
 *
 * @param <R> the library's response
 */
public final class BlockingCall<R> {
  private final Call call;
  private final Transport<R> transport;

  /** Done when the application has cancelled; wakes the thread that waits. */
  private final CompletableFuture<Step> cancelled = new CompletableFuture<>();

  private final CallEnd end;

  /** The response head, or an error, is the application's. */
  private volatile boolean delivered;

  // The calling thread's own:

  /** The attempt under way, or the last; null before. */
  private Attempt attempt;

  /** What came of it: a response, an error, or null and null. */
  private R response;

  private Throwable error;

  /** Why a wait was cut short; null if none was. */
  private IOException stopped;

  /** The application's own time is up, and no attempt may follow. */
  private boolean spent;

  /** Makes a call that has not begun; {@code call} must not be {@link Call#UNTOUCHED}. */
  public BlockingCall(Call call, Transport<R> transport) {
    this.call = call;
    this.transport = transport;
    this.end = new CallEnd(call);
  }

  /** Makes all attempts; never {@link Outcome.Sending}. */
  public Outcome<R> execute() {
    Outcome<R> begun = begin();
    return begun instanceof Outcome.Sending<R> ? follow(send()) : begun;
  }

  /** Decides the first attempt, and waits until it may be sent. */
  public Outcome<R> begin() {
    Step step = awaited(call.first());
    if (step instanceof Step.Send send) {
      start(send.attempt());
      if (pause(send.delayNanos())) {
        return new Outcome.Sending<>(send.attempt());
      }
    }
    if (stopped == null && step instanceof Step.Deliver) {
      if (isCancelled()) {
        // That is why nothing was decided: the library must not send it past the mesh.
        stop(transport.cancelled());
        return end(step);
      }
      done();
      return new Outcome.Untouched<>();
    }
    return end(step);
  }

  /** The response head of the attempt under way is there. */
  public Outcome<R> responded(R head) {
    response = head;
    error = null;
    return follow(report(head));
  }

  /** The attempt under way has failed. */
  public Outcome<R> failed(Throwable thrown) {
    response = null;
    error = thrown;
    return follow(report(thrown));
  }

  /**
   * The attempt under way has failed where the library can put nothing in its place: the
   * application gets this error, whatever the mesh decides.
   */
  public void failedForGood(Throwable thrown) {
    delivered = true;
    if (!isCancelled() && report(thrown) instanceof Step.Send) {
      // What was decided is not sent, and must not count as if it were.
      call.abandoned();
    }
    done();
  }

  private void start(Attempt next) {
    attempt = next;
    next.onTimeout(transport.begin(next));
  }

  /** Sends the attempt that has begun; null: the library goes on by itself. */
  private Step send() {
    response = null;
    error = null;
    try {
      response = transport.send(attempt);
    } catch (Throwable e) {
      error = e;
      return report(e);
    }
    return response == null ? null : report(response);
  }

  private Step report(R head) {
    try {
      return answered(head);
    } catch (Throwable e) {
      return mistaken(e);
    }
  }

  private Step report(Throwable thrown) {
    try {
      return unanswered(thrown);
    } catch (Throwable e) {
      return mistaken(e);
    }
  }

  /**
   * An error of ours after an attempt: the application gets what the library has, as it would
   * without us. Nothing more is sent, so nothing goes out that was not decided.
   */
  private static Step mistaken(Throwable e) {
    count(e);
    return Step.DELIVER;
  }

  /** An error of ours. */
  private static void count(Throwable e) {
    AgentLoop.named("inboard-calls").failed(e);
  }

  private Step answered(R head) {
    if (isCancelled()) {
      return stop(transport.cancelled());
    }
    int status = transport.status(head);
    if (status < 100) {
      IOException error = new ProtocolException("the answer is not HTTP/1.1");
      return call.failed(attempt, error, Progress.RESPONSE_STARTED);
    }
    attempt.protocolVersion(transport.version(head));
    return call.responded(attempt, status, transport.headers(head));
  }

  private Step unanswered(Throwable thrown) {
    if (isCancelled()) {
      // The library's own error says so to the application.
      return Step.DELIVER;
    }
    Transport.Failure failure = transport.failure(thrown);
    if (failure == Transport.Failure.GIVEN_UP) {
      call.abandoned();
      return Step.DELIVER;
    }
    spent = failure == Transport.Failure.TIME_IS_UP;
    return call.failed(attempt, thrown, transport.progress(thrown));
  }

  /** Does what the mesh says until the application is to have something. */
  private Outcome<R> follow(Step reported) {
    Step step = awaited(reported);
    while (step instanceof Step.Send send && mayFollow(send)) {
      discard();
      start(send.attempt());
      step = awaited(send());
    }
    return step == null ? new Outcome.Sending<>(attempt) : end(step);
  }

  /** Whether the library can, and the application waits; waits until it is time. */
  private boolean mayFollow(Step.Send send) {
    if (stopped != null) {
      return false;
    }
    if (spent || !transport.canSendAgain(response) || transport.nanosLeft() <= send.delayNanos()) {
      // What was decided is not sent, and must not count as if it were.
      call.abandoned();
      return false;
    }
    return pause(send.delayNanos());
  }

  private Outcome<R> end(Step step) {
    delivered = true;
    if (stopped != null) {
      done();
      return new Outcome.Stopped<>(stopped);
    }
    if (step instanceof Step.Answer answer) {
      discard();
      return answer(answer);
    }
    if (step instanceof Step.Refuse refuse) {
      discard();
      done();
      return new Outcome.Failed<>(Refusals.exception(refuse, error, transport::timeout), true);
    }
    if (error != null) {
      done();
      return new Outcome.Failed<>(error, false);
    }
    return new Outcome.Delivered<>(response, false);
  }

  private Outcome<R> answer(Step.Answer answer) {
    attempt = null;
    try {
      return new Outcome.Delivered<>(transport.answer(answer), true);
    } catch (IOException | RuntimeException e) {
      done();
      return new Outcome.Failed<>(e, true);
    }
  }

  private void discard() {
    if (response != null) {
      transport.discard(response);
      response = null;
    }
  }

  /** Waits until the mesh returns a step other than Later. */
  private Step awaited(Step first) {
    Step step = first;
    while (step instanceof Step.Later later) {
      CompletableFuture<?> either = CompletableFuture.anyOf(later.next(), cancelled);
      long left = transport.nanosLeft();
      try {
        step = (Step) (left == Long.MAX_VALUE ? either.get() : either.get(left, NANOSECONDS));
      } catch (TimeoutException e) {
        step = stop(transport.waitedTooLong());
      } catch (InterruptedException e) {
        step = interrupted();
      } catch (ExecutionException e) {
        count(e.getCause());
        step = stop(new IOException(e.getCause()));
      }
      if (isCancelled() && stopped == null) {
        step = stop(transport.cancelled());
      }
    }
    return step;
  }

  /** Waits before an attempt; false when that was cut short. */
  private boolean pause(long nanos) {
    if (nanos > 0) {
      try {
        cancelled.get(nanos, NANOSECONDS);
      } catch (TimeoutException e) {
        return true;
      } catch (InterruptedException e) {
        interrupted();
        return false;
      } catch (ExecutionException e) {
        throw new AssertionError(e);
      }
    }
    if (isCancelled()) {
      stop(transport.cancelled());
      return false;
    }
    return true;
  }

  /** An interrupt ends the call as it ends a wait of the JDK. */
  private Step interrupted() {
    Thread.currentThread().interrupt();
    return stop(new InterruptedIOException("interrupted before an attempt"));
  }

  private Step stop(IOException why) {
    stopped = why;
    call.abandoned();
    return Step.DELIVER;
  }

  /**
   * The application has cancelled: wakes the calling thread if it waits for the mesh. To stop the
   * I/O under way is the library's. Idempotent; any thread.
   */
  public void cancel() {
    if (cancelled.complete(Step.DELIVER) && !delivered && !end.isDone()) {
      call.abandoned();
    }
  }

  /** Whether the application has cancelled. Any thread. */
  public boolean isCancelled() {
    return cancelled.isDone();
  }

  /** Whether the response head, or an error, is the application's. Any thread. */
  public boolean isDelivered() {
    return delivered;
  }

  /** The attempt under way, or the last; empty before the first and for an answer in its place. */
  public Optional<Attempt> attempt() {
    return Optional.ofNullable(attempt);
  }

  /**
   * A copy of the body that the application is about to read, where the mesh wants to see it. Asked
   * once, after {@link Outcome.Delivered}.
   *
   * @param length as the response's head tells it; -1: none
   */
  public Optional<BodyTap> tap(long length) {
    return end.tap(length);
  }

  /**
   * The application has done with the response's body. Idempotent; any thread.
   *
   * @param tap what it has read of it; null if nobody wanted to know
   * @param atEnd whether it has read its end
   */
  public void ended(BodyTap tap, boolean atEnd) {
    end.ended(tap, atEnd);
  }

  /** The call is over. Idempotent; any thread. */
  public void done() {
    end.done();
  }
}
