// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.AgentThreads;
import io.inboard.call.Call;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The time in which no attempt of a hop is under way. Takes no thread. */
final class Pause {
  private final Call call;
  private final Handover handover;
  private final Executor executor;

  /**
   * The outcome of the last attempt; null while one runs. The thread that takes it continues, once.
   */
  private final AtomicReference<Outcome> pausing = new AtomicReference<>();

  /** Why the application waits no longer: it cancelled, or its own time is up; null before. */
  private volatile IOException givenUp;

  /**
   * @param executor the client's own
   */
  Pause(Call call, Handover handover, Executor executor) {
    this.call = call;
    this.handover = handover;
    this.executor = executor;
  }

  IOException givenUp() {
    return givenUp;
  }

  /** What is under way ends by itself. Any thread. */
  void giveUp(IOException cause) {
    givenUp = cause;
  }

  /** Ends the pause if there is one. Any thread. */
  void end(IOException cause) {
    if (pausing.getAndSet(null) != null) {
      call.abandoned();
      handover.fail(cause);
    }
  }

  /** False if the application waits no longer, and has been told. */
  boolean begin(Outcome last) {
    pausing.set(last);
    IOException cause = givenUp;
    if (cause != null) {
      end(cause);
    }
    return cause == null;
  }

  /** Goes on after so many nanoseconds, unless the pause was ended before. */
  void resume(long nanos, Consumer<Outcome> rest) {
    Runnable task = () -> resume(rest);
    if (nanos <= 0) {
      run(task);
    } else {
      // The JDK's delay thread relays to the executor given; no pool is involved.
      AgentThreads.startDelays();
      CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, this::run).execute(task);
    }
  }

  private void resume(Consumer<Outcome> rest) {
    Outcome last = pausing.getAndSet(null);
    if (last == null) {
      return;
    }
    try {
      rest.accept(last);
    } catch (Throwable e) {
      Handover.say(e);
      handover.fail(last.error() == null ? new IOException("cannot go on", e) : last.error());
    }
  }

  /** On a thread of the client; where it takes no more tasks, the call ends as it stands. */
  void run(Runnable task) {
    try {
      executor.execute(task);
    } catch (RuntimeException e) {
      IOException error = new IOException("the client's executor takes no more tasks", e);
      end(error);
      handover.fail(error);
    }
  }
}
