// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One hop of a conversation: a call of the mesh, attempt by attempt. Takes the place of {@code
 * Exchange#responseAsync}, which is the same for {@code send} and {@code sendAsync} and comes
 * before the application's body handler runs, so that the handler sees one response only.
 *
 * <p>Attempts follow each other; each begins where the future of the one before completed, which
 * gives the happens-before for the fields that are not volatile. Where two are under way, the
 * questions to the call take turns under the lock of this object, and what they decide of the two
 * is written there; nothing of the JDK or of the application runs under it.
 */
// What a dependent stage of ours would throw is caught inside it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Hop {
  private final Object multi;
  private final Object first;
  private final Outgoing own;
  private final HopRequest view;
  private final Call call;
  private final boolean webSocket;

  /** True where the endpoint is not ours to choose: the application's own TLS, a proxy. */
  private final boolean bystander;

  private final Handover handover;
  private final Pause pause;
  private final AtomicBoolean ended = new AtomicBoolean();

  /** The last attempt that was sent after others were over. */
  private volatile InFlight latest;

  /** The request whose body is kept while it is sent; null if none is. */
  private volatile Outgoing kept;

  private volatile ReplayedBody body;

  /** The request of a second attempt beside a slow one; null if there is none. */
  private volatile Outgoing hedged;

  private int attempts;
  private boolean governed;

  /** Whether a byte of an attempt may have been sent. Written before the JDK learns how it went. */
  private volatile boolean sent;

  private Hop(
      Conversation conversation, Object exchange, Outgoing own, HopRequest view, Call call) {
    this.multi = Internals.multi(exchange);
    this.first = exchange;
    this.own = own;
    this.view = view;
    this.call = call;
    this.webSocket = Internals.isWebSocket(own.request());
    this.bystander = view.isHttps() || view.proxied();
    this.handover = new Handover(conversation, multi, exchange, own);
    this.pause = new Pause(call, handover, Internals.executor(exchange));
  }

  /**
   * Begins a hop.
   *
   * @return the future response in place of the JDK's; null to let the JDK send untouched
   */
  static Object begin(Object exchange) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    Conversation conversation = Conversation.of(Internals.multi(exchange));
    Outgoing own = Outgoing.of(Internals.request(exchange));
    HopRequest view =
        new HopRequest(own, Internals.takesPushes(exchange), conversation.sent(exchange));
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(conversation.context())) {
      call = Inboard.outbound().begin(view);
    }
    if (call == Call.UNTOUCHED) {
      return null;
    }
    Step step = call.first();
    if (step instanceof Step.Deliver) {
      call.done();
      return null;
    }
    Hop hop = new Hop(conversation, exchange, own, view, call);
    // In this order: a hop before this one may have had the same request, and forgets its route.
    conversation.next(hop);
    own.take();
    try {
      hop.follow(step, Outcome.NONE);
    } catch (Throwable e) {
      // Nothing was sent: the barrier counts this, and the JDK sends as without us.
      own.reset();
      hop.handover.makeCurrent(exchange);
      hop.end();
      throw e;
    }
    return hop.handover.result();
  }

  /** Whether a byte of this exchange's request may have been sent. */
  boolean hasSent(Object exchange) {
    return first == exchange && sent;
  }

  private void follow(Step step, Outcome last) {
    if (step instanceof Step.Send send) {
      if (attempts == 0 && send.delayNanos() == 0) {
        send(send.attempt(), last);
      } else if (attempts > 0 && isFinal(last)) {
        call.abandoned();
        handOn(last);
      } else {
        pause(send, last);
      }
    } else if (step instanceof Step.Later wait) {
      await(wait, last);
    } else if (step instanceof Step.Answer answer) {
      answer(answer, last);
    } else if (step instanceof Step.Refuse refuse) {
      handover.refuse(refuse, last);
    } else {
      handOn(last);
    }
  }

  /**
   * A time that is up has no other attempt. The opening handshake of a WebSocket has rules of its
   * own for what answers it; where nothing did, it goes elsewhere as any request.
   */
  private boolean isFinal(Outcome last) {
    return (webSocket && last.response() != null)
        || pause.givenUp() instanceof HttpTimeoutException;
  }

  /** Throws only before anything was sent. */
  private void send(Attempt attempt, Outcome last) {
    governed |= attempt.meshRetries();
    InFlight flight = attempts++ == 0 ? firstFlight(attempt) : nextFlight(attempt, last.flight());
    latest = flight;
    launch(flight);
  }

  private InFlight firstFlight(Attempt attempt) {
    if (bystander || !attempt.meshRetries() || view.held() != Body.ONE_SHOT) {
      return new InFlight(attempt, own, first);
    }
    HttpRequest request = (HttpRequest) own.request();
    body = new ReplayedBody(request.bodyPublisher().orElseThrow(), call::mayKeep);
    view.replaying(body);
    kept = own.copy(body);
    kept.take();
    Object exchange = Internals.exchange(kept.request(), multi);
    handover.makeCurrent(exchange);
    return new InFlight(attempt, kept, exchange);
  }

  private InFlight nextFlight(Attempt attempt, InFlight last) {
    Outgoing outgoing = last.outgoing();
    Object exchange = Internals.exchange(outgoing.request(), multi);
    handover.makeCurrent(exchange);
    outgoing.reset();
    return new InFlight(attempt, outgoing, exchange);
  }

  private void launch(InFlight flight) {
    Attempt attempt = flight.attempt();
    flight
        .send(bystander ? null : attempt.endpoint().map(EndpointAddress::of).orElse(null))
        .whenComplete((head, e) -> ended(flight, head, e));
    long patience = attempt.hedgeAfterNanos();
    if (patience != Long.MAX_VALUE && hedged == null && !bystander && view.hedgeable()) {
      flight.whenSlow(patience, () -> hedge(flight));
    }
  }

  /** Sends a second attempt beside one that is slow, if the mesh says so. */
  private void hedge(InFlight slow) {
    try {
      Internals.executor(first)
          .execute(
              () -> {
                InFlight second = second(slow);
                if (second != null) {
                  launchBeside(second);
                }
              });
    } catch (RejectedExecutionException e) {
      // The client takes no more tasks: the slow one is waited for.
    }
  }

  /** Null if there shall be none. */
  private synchronized InFlight second(InFlight slow) {
    if (slow.over
        || pause.givenUp() != null
        || hedged != null
        || !(call.hedge(slow.attempt()) instanceof Step.Send send)) {
      return null;
    }
    try {
      hedged = own.copy(((HttpRequest) own.request()).bodyPublisher().orElse(null));
      hedged.take();
      Object exchange = Internals.exchange(hedged.request(), multi);
      InFlight second = new InFlight(send.attempt(), hedged, exchange);
      second.beside = slow;
      slow.beside = second;
      return second;
    } catch (Throwable e) {
      Handover.say(e);
      call.lost(send.attempt());
      return null;
    }
  }

  private void launchBeside(InFlight second) {
    try {
      launch(second);
    } catch (Throwable e) {
      ended(second, null, e);
    }
    IOException cause = pause.givenUp();
    if (cause != null) {
      second.stop(cause);
    }
  }

  private void ended(InFlight flight, Object response, Throwable thrown) {
    flight.notSlow();
    Outcome outcome = Outcome.of(flight, response, thrown);
    if (outcome.error() != null) {
      Stale.failed(flight.exchange());
    }
    Step step = Step.DELIVER;
    InFlight loser;
    synchronized (this) {
      if (flight.over) {
        return;
      }
      flight.over = true;
      try {
        step = report(outcome);
      } catch (Throwable e) {
        // Nothing of ours is behind this future any more that would report it.
        Handover.say(e);
      }
      loser = step instanceof Step.OtherInFlight ? null : lose(flight.beside);
    }
    if (loser != null) {
      loser.notSlow();
      loser.stop(new IOException("another attempt was faster"));
    }
    try {
      if (step instanceof Step.OtherInFlight) {
        outcome.drain();
      } else {
        follow(step, outcome);
      }
    } catch (Throwable e) {
      Handover.say(e);
      handover.fail(
          outcome.error() == null
              ? new IOException("cannot hand on the response", e)
              : outcome.error());
    }
  }

  private Step report(Outcome outcome) {
    InFlight flight = outcome.flight();
    Attempt attempt = flight.attempt();
    Object response = outcome.response();
    ConnectionFacts wire =
        ConnectionFacts.of(flight.exchange(), flight.outgoing().route(), outcome.error());
    sent |= wire.sent();
    if (wire.connected()) {
      attempt.connected(bystander ? null : wire.session());
    }
    if (outcome.error() == null) {
      attempt.protocolVersion(Internals.protocol(response));
    }
    Step step =
        outcome.error() != null
            ? call.failed(attempt, reason(outcome.error()), wire.progress())
            : call.responded(
                attempt, Internals.status(response), Internals.headers(response)::allValues);
    if (wire.connected() && step instanceof Step.Send) {
      Internals.restartConnectTimeout(multi);
    }
    return step;
  }

  /** The attempt whose result is not needed any more; null if it was over already. */
  private InFlight lose(InFlight other) {
    if (other == null || other.over) {
      return null;
    }
    other.over = true;
    call.lost(other.attempt());
    return other;
  }

  /** The application's timeout where that was it, whatever the JDK made of the cancellation. */
  private Throwable reason(Throwable error) {
    IOException cause = pause.givenUp();
    return cause instanceof HttpTimeoutException ? cause : error;
  }

  private void pause(Step.Send send, Outcome last) {
    long earliest = System.nanoTime() + send.delayNanos();
    if (pause.begin(last)) {
      last.drain()
          .thenRun(
              () ->
                  pause.resume(
                      earliest - System.nanoTime(), outcome -> send(send.attempt(), outcome)));
    }
  }

  /** Continues with the step that the mesh completes, on another thread than the completing one. */
  private void await(Step.Later wait, Outcome last) {
    if (pause.begin(last)) {
      wait.next()
          .whenComplete(
              (next, e) ->
                  pause.resume(0, outcome -> follow(e == null ? next : Step.DELIVER, outcome)));
    }
  }

  /**
   * See {@link Conversation#abandon}. The application's timeout ends the attempt under way as an
   * error, which is how the mesh learns of it. Any thread.
   */
  void abandon(IOException cause) {
    if (cause instanceof HttpTimeoutException) {
      pause.giveUp(cause);
    } else {
      call.abandoned();
    }
  }

  /** See {@link Conversation#cancelled}: the JDK has stopped the exchange it knows. Any thread. */
  void cancelled(IOException cause) {
    pause.giveUp(cause);
    pause.end(cause);
    InFlight under = latest;
    if (under != null) {
      InFlight second;
      synchronized (this) {
        second = under.beside;
      }
      if (second != null) {
        under.stop(cause);
        second.stop(cause);
      }
    }
  }

  private void handOn(Outcome outcome) {
    settle();
    if (outcome == Outcome.NONE) {
      handover.fail(new IOException("inboard: nothing was sent"));
    } else if (outcome.error() == null) {
      int wanted = call.bodyWanted();
      if (wanted > 0) {
        Bodies.want(outcome.flight().exchange(), new Bodies(call, wanted, first));
      }
      handover.response(outcome);
    } else if (attempts > 1 || governed) {
      handover.fail(Internals.withoutRetryMarker(outcome.error()));
    } else {
      // Nothing that the mesh governs: the JDK repeats as it always does, in another call.
      handover.leave(outcome.error());
    }
  }

  private void answer(Step.Answer answer, Outcome last) {
    settle();
    if (webSocket) {
      // The handshake wants the connection of its answer, and there is none.
      if (last.response() != null) {
        last.flight().stop(new IOException("answered otherwise"));
      }
      handover.fail(new IOException("no WebSocket: the answer is status " + answer.status()));
    } else if (last.response() == null) {
      handover.answer(answer);
    } else {
      last.drain().thenRun(() -> pause.run(() -> handover.answer(answer)));
    }
  }

  /** There will be no other attempt. */
  private void settle() {
    ReplayedBody b = body;
    if (b != null) {
      b.settle();
    }
  }

  /** The body was read, or there will be none. Idempotent; any thread. */
  void end() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    call.done();
    settle();
    own.forget();
    Outgoing copy = kept;
    if (copy != null) {
      copy.forget();
    }
    synchronized (this) {
      copy = hedged;
    }
    if (copy != null) {
      copy.forget();
    }
  }
}
