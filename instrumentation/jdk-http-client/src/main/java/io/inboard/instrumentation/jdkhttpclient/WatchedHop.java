// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;

/**
 * One hop of a conversation that the mesh only watches ({@link Call#isWatched}): the JDK sends it
 * as without us, and has headers of ours to send. Most calls are of this kind where Inboard traces
 * and nothing else, so it makes few objects: this one, and the stage that reports the end.
 */
final class WatchedHop implements CurrentHop, BiConsumer<Object, Throwable> {
  private final Call call;
  private final Attempt attempt;
  private final Outgoing outgoing;
  private final Object exchange;

  /** Why the application waits no longer; null while it does. */
  private volatile IOException givenUp;

  /** Whether a byte may have been sent. Written before the JDK learns how it went. */
  private volatile boolean sent;

  WatchedHop(Call call, Attempt attempt, Outgoing outgoing, Object exchange) {
    this.call = call;
    this.attempt = attempt;
    this.outgoing = outgoing;
    this.exchange = exchange;
  }

  /**
   * Begins it. An error of ours is thrown before anything was sent: the barrier counts it, and the
   * JDK sends as without us.
   *
   * @return the future response in place of the JDK's
   */
  static CompletableFuture<?> send(
      Conversation conversation, Object exchange, Outgoing outgoing, Call call) {
    Attempt attempt = ((Step.Send) call.first()).attempt();
    WatchedHop hop = new WatchedHop(call, attempt, outgoing, exchange);
    conversation.next(hop);
    IOException cause = hop.givenUp;
    if (cause != null) {
      if (cause instanceof HttpTimeoutException) {
        // A failure as any timeout, though nothing was sent.
        call.failed(attempt, cause, Progress.NOT_SENT);
      }
      conversation.decide(cause);
      return CompletableFuture.failedFuture(cause);
    }
    try {
      attempt.writeHeaders(outgoing);
    } catch (Throwable e) {
      outgoing.takeBack();
      conversation.leaveHop();
      throw e;
    }
    CompletableFuture<Object> head;
    try {
      head = Internals.send(exchange);
    } catch (Throwable e) {
      head = CompletableFuture.failedFuture(e);
    }
    // Reported before the JDK goes on: it gets the stage behind this one.
    return head.whenComplete(hop);
  }

  /** The response's head is here, or there will be none. */
  @Override
  public void accept(Object response, Throwable thrown) {
    try {
      if (thrown == null) {
        sent = true;
        attempt.protocolVersion(Internals.protocol(response));
        call.responded(attempt, Internals.status(response), Internals.headers(response)::allValues);
      } else {
        failed(
            thrown instanceof CompletionException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown);
      }
    } catch (Throwable e) {
      // The application still gets what the JDK has.
      Handover.say(e);
    }
  }

  private void failed(Throwable error) {
    IOException cause = givenUp;
    ConnectionFacts facts = ConnectionFacts.UNKNOWN;
    try {
      // After a timeout or a cancellation another thread may still be writing these headers, and
      // the JDK repeats nothing.
      if (cause == null) {
        outgoing.takeBack();
      }
      Stale.failed(exchange);
      facts = ConnectionFacts.of(exchange, error);
    } catch (Throwable e) {
      Handover.say(e);
    }
    sent = facts.sent();
    call.failed(attempt, cause instanceof HttpTimeoutException ? cause : error, facts.progress());
  }

  @Override
  public boolean hasSent(Object exchange) {
    return this.exchange == exchange && sent;
  }

  @Override
  public Attempt undirected(Object exchange) {
    return this.exchange == exchange ? attempt : null;
  }

  /** The application's own timeout is a failure of the attempt; else nobody is to blame. */
  @Override
  public void giveUp(IOException cause) {
    if (givenUp == null) {
      givenUp = cause;
    }
    if (!(cause instanceof HttpTimeoutException)) {
      call.abandoned();
    }
  }

  /** The JDK has stopped what it runs, and nothing else is under way. */
  @Override
  public void stop() {}

  @Override
  public void end() {
    call.done();
    outgoing.forget();
  }
}
