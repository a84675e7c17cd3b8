// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;

/**
 * One hop of a conversation: a call of the mesh, attempt by attempt. Takes the place of {@code
 * Exchange#responseAsync}, which is the same for {@code send} and {@code sendAsync} and comes
 * before the application's body handler runs, so that the handler sees one response only.
 *
 * <p>Attempts follow each other; each begins where the future of the one before completed, which
 * gives the happens-before for the fields that are not volatile.
 */
// What a dependent stage of ours would throw is caught inside it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Hop {
  /** How long the unread rest of a response may hold up the attempt that replaces it. */
  private static final long DRAIN_MILLIS = 250;

  /** What the mesh may not say after a wait that no attempt came before. */
  private static final Step NOTHING_TO_HAND_ON =
      new Step.Refuse(Step.Reason.NO_ENDPOINT, "inboard: nothing was sent");

  private final Conversation conversation;
  private final Object first;
  private final Object request;
  private final Route route;
  private final HopRequest view;
  private final Call call;
  private final boolean webSocket;

  /** True where the endpoint is not ours to choose: the application's own TLS, a proxy. */
  private final boolean bystander;

  private final CompletableFuture<Object> result = new CompletableFuture<>();

  /** Between two attempts: what the last one came to; null while an attempt runs. */
  private final AtomicReference<Outcome> pausing = new AtomicReference<>();

  private final AtomicBoolean ended = new AtomicBoolean();

  /** Why the application waits no longer: it cancelled, or its own time is up; null before. */
  private volatile IOException givenUp;

  private Object exchange;
  private int attempts;
  private boolean governed;

  private Hop(Conversation conversation, Object exchange, Route route, HopRequest view, Call call) {
    this.conversation = conversation;
    this.first = exchange;
    this.exchange = exchange;
    this.request = Internals.request(exchange);
    this.route = route;
    this.view = view;
    this.call = call;
    this.webSocket = Internals.isWebSocket(request);
    this.bystander = view.isHttps() || view.proxied();
  }

  /**
   * Begins a hop.
   *
   * @return the future response in place of the JDK's; null to let the JDK send untouched
   */
  static Object begin(Object exchange) {
    Object request = Internals.request(exchange);
    Conversation conversation = Conversation.of(Internals.multi(exchange));
    Route route = Route.unknown();
    HopRequest view = new HopRequest(request, route);
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(conversation.context())) {
      call = Inboard.outbound().begin(view);
    }
    if (call == Call.UNTOUCHED) {
      return null;
    }
    Step step = call.first();
    if (step instanceof Step.HandOn) {
      call.done();
      return null;
    }
    Hop hop = new Hop(conversation, exchange, route, view, call);
    // In this order: a hop before this one may have had the same request, and forgets its route.
    conversation.next(hop);
    route.of(request);
    try {
      hop.follow(step, Outcome.NONE);
    } catch (Throwable e) {
      // Nothing was sent: the barrier counts this, and the JDK sends as without us.
      view.beginAttempt();
      hop.end();
      throw e;
    }
    return hop.result;
  }

  private void follow(Step step, Outcome last) {
    if (step instanceof Step.Send send) {
      if (attempts == 0 && send.delayNanos() == 0) {
        send(send.attempt());
      } else if (attempts > 0 && (webSocket || givenUp instanceof HttpTimeoutException)) {
        // The opening handshake has its own rules for what follows it; a time that is up has none.
        call.abandoned();
        handOn(last);
      } else {
        pause(send, last);
      }
    } else if (step instanceof Step.Wait wait) {
      await(wait, last);
    } else if (step instanceof Step.Answer answer) {
      answer(answer, last);
    } else if (step instanceof Step.Refuse refuse) {
      refuse(refuse, last);
    } else {
      handOn(last);
    }
  }

  /** Throws only before anything was sent. */
  private void send(Attempt attempt) {
    if (attempts++ > 0) {
      exchange = Internals.nextExchange(exchange);
      view.beginAttempt();
    }
    EndpointAddress address =
        bystander ? null : attempt.endpoint().map(EndpointAddress::of).orElse(null);
    governed |= !bystander && attempt.governed();
    route.begin(address, attempt.connectTimeoutNanos());
    attempt.writeHeaders(view);
    Object current = exchange;
    attempt.onTimeout(
        () -> Internals.cancel(current, new HttpTimeoutException("request timed out")));
    CompletableFuture<Object> response;
    try {
      response = Internals.send(current);
    } catch (Throwable e) {
      response = CompletableFuture.failedFuture(e);
    }
    response.whenComplete((head, e) -> ended(attempt, head, e));
  }

  private void ended(Attempt attempt, Object response, Throwable thrown) {
    Outcome outcome = new Outcome(response, cause(thrown));
    Step step = Step.HAND_ON;
    try {
      Wire wire = Wire.of(exchange, route, outcome.error());
      if (wire.connected()) {
        attempt.connected(bystander ? null : wire.session());
      }
      step =
          outcome.error() != null
              ? call.failed(attempt, reason(outcome.error()), wire.progress())
              : call.responded(
                  attempt, Internals.status(response), Internals.headers(response)::allValues);
      if (wire.connected() && step instanceof Step.Send) {
        Internals.restartConnectTimeout(exchange);
      }
    } catch (Throwable e) {
      // Nothing of ours is behind this future any more that would report it.
      say(e);
    }
    try {
      follow(step, outcome);
    } catch (Throwable e) {
      say(e);
      fail(
          outcome.error() == null
              ? new IOException("cannot hand on the response", e)
              : outcome.error());
    }
  }

  /** The application's timeout where that was it, whatever the JDK made of the cancellation. */
  private Throwable reason(Throwable error) {
    IOException cause = givenUp;
    return cause instanceof HttpTimeoutException ? cause : error;
  }

  private static void say(Throwable e) {
    Log.warnOnce(JdkHttpClientHooks.NAME, "java.net.http: an attempt is left as it stands: " + e);
  }

  /** Waits without a thread, then sends again on the client's own executor. */
  private void pause(Step.Send send, Outcome last) {
    long earliest = System.nanoTime() + send.delayNanos();
    pausing.set(last);
    IOException cancelled = givenUp;
    if (cancelled != null) {
      endPause(cancelled);
      return;
    }
    drain(last)
        .thenRun(
            () -> {
              long rest = Math.max(0, earliest - System.nanoTime());
              Runnable resume = () -> resume(send.attempt());
              if (rest == 0) {
                run(resume);
              } else {
                // The JDK's delay thread relays to the executor given; no pool is involved.
                CompletableFuture.delayedExecutor(rest, TimeUnit.NANOSECONDS, this::run)
                    .execute(resume);
              }
            });
  }

  /** Waits without a thread for what the mesh will say, and goes on off the thread that says it. */
  private void await(Step.Wait wait, Outcome last) {
    pausing.set(last);
    IOException cancelled = givenUp;
    if (cancelled != null) {
      endPause(cancelled);
      return;
    }
    wait.next().whenComplete((next, e) -> run(() -> goOn(e == null ? next : Step.HAND_ON)));
  }

  private void goOn(Step next) {
    Outcome last = pausing.getAndSet(null);
    if (last == null) {
      return;
    }
    try {
      follow(last == Outcome.NONE && next instanceof Step.HandOn ? NOTHING_TO_HAND_ON : next, last);
    } catch (Throwable e) {
      say(e);
      fail(last.error() == null ? new IOException("cannot send", e) : last.error());
    }
  }

  private void resume(Attempt attempt) {
    Outcome last = pausing.getAndSet(null);
    if (last == null) {
      return;
    }
    try {
      send(attempt);
    } catch (Throwable e) {
      say(e);
      fail(last.error() == null ? new IOException("cannot send again", e) : last.error());
    }
  }

  /** On a thread of the client; where it takes no more tasks, the call ends as it stands. */
  private void run(Runnable task) {
    Executor executor = Internals.executor(exchange);
    try {
      executor.execute(task);
    } catch (RuntimeException e) {
      IOException error = new IOException("the client's executor takes no more tasks", e);
      endPause(error);
      fail(error);
    }
  }

  /**
   * See {@link Conversation#abandon}. The application's timeout ends the attempt under way as an
   * error, which is how the mesh learns of it. Any thread.
   */
  void abandon(IOException cause) {
    if (cause instanceof HttpTimeoutException) {
      givenUp = cause;
    } else {
      call.abandoned();
    }
  }

  /** See {@link Conversation#cancelled}. Any thread. */
  void cancelled(IOException cause) {
    givenUp = cause;
    endPause(cause);
  }

  private void endPause(IOException cause) {
    Outcome last = pausing.getAndSet(null);
    if (last != null) {
      call.abandoned();
      fail(cause);
    }
  }

  private void handOn(Outcome outcome) {
    if (outcome.error() == null) {
      if (exchange != first) {
        Internals.adopt(first, exchange);
      }
      result.complete(outcome.response());
      return;
    }
    if (attempts > 1 || governed) {
      fail(Internals.withoutRetryMarker(outcome.error()));
    } else {
      // Nothing that the mesh governs: the JDK repeats as it always does, in another call.
      result.completeExceptionally(outcome.error());
    }
  }

  private void answer(Step.Answer answer, Outcome last) {
    if (last.response() == null) {
      give(answer);
    } else {
      drain(last).thenRun(() -> run(() -> give(answer)));
    }
  }

  private void give(Step.Answer answer) {
    try {
      result.complete(Answers.respond(first, exchange, answer));
    } catch (Throwable e) {
      say(e);
      fail(new IOException("cannot answer", e));
    }
  }

  /** Reads what nobody will see of a response, so that its connection can be used again. */
  private CompletableFuture<Void> drain(Outcome last) {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    if (last.response() == null) {
      drained.complete(null);
    } else {
      Internals.ignoreBody(exchange).whenComplete((v, e) -> drained.complete(null));
      drained.completeOnTimeout(null, DRAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
    return drained;
  }

  private void refuse(Step.Refuse refuse, Outcome last) {
    IOException error =
        switch (refuse.reason()) {
          case TIMEOUT -> new HttpTimeoutException(refuse.message());
          case UNTRUSTED -> new SSLException(refuse.message());
          case CIRCUIT_OPEN, OVERFLOW, THROTTLED, NO_ENDPOINT -> new IOException(refuse.message());
        };
    if (last.error() != null) {
      error.initCause(last.error());
    }
    if (last.response() != null) {
      Internals.cancel(exchange, error);
    }
    fail(error);
  }

  /** Fails for good: what the JDK would repeat by itself has been counted by the core already. */
  private void fail(Throwable error) {
    conversation.decide(error);
    Internals.hideUnprocessed(first);
    result.completeExceptionally(error);
  }

  /** The body was read, or there will be none. Idempotent; any thread. */
  void end() {
    if (ended.compareAndSet(false, true)) {
      call.done();
      Route.forget(request);
    }
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  /** What an attempt came to: a response, or an error, or neither before the first. */
  private record Outcome(Object response, Throwable error) {
    static final Outcome NONE = new Outcome(null, null);
  }
}
