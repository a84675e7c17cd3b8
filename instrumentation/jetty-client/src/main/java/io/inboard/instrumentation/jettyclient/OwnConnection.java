// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Endpoint;
import io.inboard.call.Inboard;
import io.inboard.call.Step;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import io.inboard.weave.HookErrors;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection to a destination that an application opens by itself: it goes to one endpoint, below
 * our TLS, with all that the application sends over it, which is no call of the mesh. It is opened
 * once. The first step is taken on the application's thread, others on the client's.
 */
// What runs later catches what it throws.
@SuppressWarnings("FutureReturnValueIgnored")
abstract class OwnConnection {
  private final Call call;

  /** Whether the application knows what became of it. */
  private final AtomicBoolean told = new AtomicBoolean();

  /** Forgets the bound of connecting. */
  private volatile Runnable forget = () -> {};

  OwnConnection(Call call) {
    this.call = call;
  }

  /** What the mesh says of it; empty: it is none of its business. */
  static Optional<Call> call(Opening opening) {
    if (Inboard.outbound().disabled()) {
      return Optional.empty();
    }
    Call call = Inboard.outbound().begin(opening);
    return call == Call.UNTOUCHED ? Optional.empty() : Optional.of(call);
  }

  /**
   * Opens it. What comes of that is told by {@link #opened} or {@link #failed}, once.
   *
   * @param endpoint empty: where the application has said
   */
  abstract void open(Attempt attempt, Optional<Endpoint> endpoint);

  /** The application gets its connection. */
  abstract void give(Object connection);

  /** It comes too late: nobody waits for it any more. */
  abstract void drop(Object connection);

  /** The application hears why there is none. */
  abstract void tell(Throwable why);

  abstract Executor executor();

  /** False if Jetty is to open it by itself, where it may. */
  final boolean start() {
    Step first = call.first();
    if (first instanceof Step.Send send
        && send.delayNanos() == 0
        && send.attempt().endpoint().isEmpty()) {
      over();
      return false;
    }
    follow(first);
    return true;
  }

  private void follow(Step step) {
    if (step instanceof Step.Send send) {
      if (send.delayNanos() == 0) {
        send(send.attempt());
      } else {
        Delays.OF_JDK.after(send.delayNanos(), () -> execute(() -> send(send.attempt())));
      }
    } else if (step instanceof Step.Later later) {
      later.next().whenComplete((next, error) -> execute(() -> goOn(next, error)));
    } else if (step instanceof Step.Refuse refuse) {
      fail(Errors.ofJetty(Refusals.exception(refuse, null, Errors::timeout)));
    } else {
      fail(new IOException("inboard: the connection is not opened, as the settings say"));
    }
  }

  private void goOn(Step next, Throwable error) {
    if (error == null) {
      follow(next);
    } else {
      fail(error);
    }
  }

  private void send(Attempt attempt) {
    try {
      long nanos = attempt.connectTimeoutNanos();
      if (nanos < TimeUnit.DAYS.toNanos(1)) {
        forget = Delays.OF_JDK.after(nanos, () -> execute(() -> timeIsUp(attempt)));
      }
      attempt.onTimeout(() -> execute(() -> timeIsUp(attempt)));
      open(attempt, attempt.endpoint());
    } catch (Throwable e) {
      HookErrors.report(JettyClientHooks.NAME, OwnConnection.class, e);
      failed(attempt, new IOException("inboard: no connection, by an error of ours", e));
    }
  }

  private void timeIsUp(Attempt attempt) {
    failed(attempt, Errors.ofJetty(Errors.timeout("no connection in time")));
  }

  final void opened(Object connection) {
    if (told.compareAndSet(false, true)) {
      over();
      give(connection);
    } else {
      drop(connection);
    }
  }

  final void failed(Attempt attempt, Throwable why) {
    if (told.compareAndSet(false, true)) {
      call.failed(attempt, why, Progress.NOT_CONNECTED);
      over();
      tell(why);
    }
  }

  private void fail(Throwable why) {
    if (told.compareAndSet(false, true)) {
      over();
      tell(why);
    }
  }

  /** Counts neither for nor against an endpoint, unless its failure was told. */
  private void over() {
    forget.run();
    call.abandoned();
    call.done();
  }

  /** On a thread of the client's; on this one if it takes no more tasks. */
  private void execute(Runnable task) {
    try {
      executor().execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }
}
