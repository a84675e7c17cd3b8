// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.Step;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.Outcome;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One hop of a conversation: a call of the mesh, attempt by attempt. Takes the place of {@code
 * Exchange#responseAsync}, which is the same for {@code send} and {@code sendAsync} and comes
 * before the application's body handler runs, so that the handler sees one response only.
 *
 * <p>{@link AsyncCall} follows the steps; this makes the JDK send an attempt, and hands it what
 * came of the call.
 */
// What a dependent stage of ours would throw is caught inside it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Hop implements CurrentHop, AsyncTransport<InFlight> {
  private final Object multi;
  private final Object first;
  private final Outgoing own;
  private final HopRequest view;
  private final Call call;
  private final AsyncCall<InFlight> steps;
  private final Handover handover;
  private final boolean webSocket;

  /** True where the endpoint is not ours to choose: the application's own TLS, a proxy. */
  private final boolean bystander;

  private final AtomicBoolean ended = new AtomicBoolean();

  /** The request whose body is kept while it is sent; null if none is. */
  private volatile Outgoing kept;

  private volatile ReplayedBody body;

  /** The request of a second attempt beside a slow one; null if there is none. Guarded by this. */
  private Outgoing hedged;

  /** The attempt that was prepared last; of two under way, both have endpoints. Null: none yet. */
  private volatile InFlight latest;

  private int attempts;
  private boolean governed;

  /** Whether the attempt that ended last had a connection. */
  private boolean connected;

  /** Whether a byte of an attempt may have been sent. Written before the JDK learns how it went. */
  private volatile boolean sent;

  private Hop(
      Conversation conversation, Object exchange, Outgoing own, HopRequest view, Call call) {
    this.multi = Internals.multi(exchange);
    this.first = exchange;
    own.keep();
    this.own = own;
    this.view = view;
    this.call = call;
    this.steps = new AsyncCall<>(call, this);
    this.handover = new Handover(conversation, multi, exchange, own);
    this.webSocket = Internals.isWebSocket(own.request());
    this.bystander = view.isHttps() || view.proxied();
  }

  /**
   * Begins a hop.
   *
   * @return the future response in place of the JDK's; null to let the JDK send untouched
   */
  static Object begin(Object exchange) {
    if (Inboard.outbound().disabled()) {
      Conversation.leaveHop(Internals.multi(exchange));
      return null;
    }
    Conversation conversation = Conversation.of(Internals.multi(exchange));
    boolean resent = conversation.sent(exchange);
    // Whatever becomes of this one. It may have the request of the hop before it, whose route would
    // lead to that hop's endpoint.
    conversation.leaveHop();
    Outgoing own = Outgoing.of(Internals.request(exchange));
    HopRequest view = new HopRequest(own, Internals.takesPushes(exchange), resent);
    Call call;
    try (Contexts.Scope scope = Inboard.contexts().activate(conversation.context())) {
      call = Inboard.outbound().begin(view);
    }
    if (call == Call.UNTOUCHED) {
      return null;
    }
    if (call.isWatched()) {
      return WatchedHop.send(conversation, exchange, own, call);
    }
    Hop hop = new Hop(conversation, exchange, own, view, call);
    conversation.next(hop);
    own.take();
    try {
      CompletableFuture<Outcome<InFlight>> outcome = hop.steps.execute();
      if (outcome.getNow(null) instanceof Outcome.Untouched) {
        hop.end();
        return null;
      }
      outcome.thenAccept(hop::handOn);
    } catch (Throwable e) {
      // Nothing was sent: the barrier counts this, and the JDK sends as without us.
      own.reset();
      hop.handover.makeCurrent(exchange);
      hop.end();
      throw e;
    }
    return hop.handover.result();
  }

  @Override
  public boolean hasSent(Object exchange) {
    return first == exchange && sent;
  }

  @Override
  public Attempt undirected(Object exchange) {
    InFlight flight = latest;
    return flight != null && flight.exchange() == exchange ? flight.undirected() : null;
  }

  boolean isBystander() {
    return bystander;
  }

  @Override
  public InFlight prepare(Attempt attempt) {
    governed |= attempt.meshRetries();
    latest = attempts++ == 0 ? prepareFirst(attempt) : prepareNext(attempt);
    return latest;
  }

  private InFlight prepareNext(Attempt attempt) {
    if (connected) {
      Internals.restartConnectTimeout(multi);
    }
    Outgoing outgoing = kept == null ? own : kept;
    Object exchange = Internals.exchange(outgoing.request(), multi);
    handover.makeCurrent(exchange);
    outgoing.reset();
    return new InFlight(this, attempt, outgoing, exchange);
  }

  private InFlight prepareFirst(Attempt attempt) {
    if (bystander || !attempt.meshRetries() || view.held() != Body.ONE_SHOT) {
      return new InFlight(this, attempt, own, first);
    }
    HttpRequest request = (HttpRequest) own.request();
    body = new ReplayedBody(request.bodyPublisher().orElseThrow(), call::mayKeep);
    view.replaying(body);
    kept = own.copy(body);
    kept.take();
    Object exchange = Internals.exchange(kept.request(), multi);
    handover.makeCurrent(exchange);
    return new InFlight(this, attempt, kept, exchange);
  }

  @Override
  public boolean isHedgeable() {
    return !bystander && view.hedgeable();
  }

  @Override
  public synchronized InFlight beside(Attempt attempt) {
    hedged = own.copy(((HttpRequest) own.request()).bodyPublisher().orElse(null));
    hedged.take();
    return new InFlight(this, attempt, hedged, Internals.exchange(hedged.request(), multi));
  }

  /** What is known of the connection of an attempt that has ended. */
  void learn(ConnectionFacts facts) {
    sent |= facts.sent();
    connected = facts.connected();
  }

  @Override
  public int status(InFlight head) {
    return Internals.status(head.response());
  }

  @Override
  public String version(InFlight head) {
    return Internals.protocol(head.response());
  }

  @Override
  public HeaderView headers(InFlight head) {
    return Internals.headers(head.response())::allValues;
  }

  /**
   * The opening handshake of a WebSocket has rules of its own for what answers it; where nothing
   * did, it goes elsewhere as any request.
   */
  @Override
  public boolean canSendAgain(InFlight head) {
    return head == null || !webSocket;
  }

  @Override
  public CompletionStage<?> discard(InFlight head) {
    Object impl = Internals.impl(head.exchange());
    if (webSocket) {
      head.stop(new IOException("answered otherwise"));
    } else if (Internals.isStream(impl) && Internals.isRequestSent(impl)) {
      Drain.begin(impl);
    } else {
      return Internals.ignoreBody(head.exchange());
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public InFlight answer(Step.Answer answer) throws IOException {
    if (webSocket) {
      // The handshake wants the connection of its answer, and there is none.
      throw new IOException("no WebSocket: the answer is status " + answer.status());
    }
    handover.answer(answer);
    return null;
  }

  @Override
  public IOException timeout(String message) {
    return new HttpTimeoutException(message);
  }

  @Override
  public Executor executor() {
    return Internals.executor(first);
  }

  @Override
  public void mistake(Throwable error) {
    Handover.say(error);
  }

  private void handOn(Outcome<InFlight> outcome) {
    settle();
    try {
      if (outcome instanceof Outcome.Delivered<InFlight> delivered) {
        if (!delivered.answered()) {
          deliver(delivered.response());
        }
      } else if (outcome instanceof Outcome.Stopped<InFlight> stopped) {
        handover.fail(stopped.why());
      } else if (!(outcome instanceof Outcome.Failed<InFlight> failed)) {
        handover.fail(new IOException("inboard: nothing was sent"));
      } else if (failed.refused()) {
        handover.fail(failed.error());
      } else if (attempts > 1 || governed) {
        handover.fail(Internals.withoutRetryMarker(failed.error()));
      } else {
        // Nothing that the mesh governs: the JDK repeats as it always does, in another call.
        own.takeBack();
        handover.leave(failed.error());
      }
    } catch (Throwable e) {
      Handover.say(e);
      handover.fail(new IOException("cannot hand on the response", e));
    }
  }

  private void deliver(InFlight flight) {
    steps.tap(-1).ifPresent(tap -> Bodies.want(flight.exchange(), new Bodies(steps, tap, first)));
    handover.response(flight);
  }

  /**
   * The application's timeout ends the attempt under way as an error, which is how the mesh learns
   * of it.
   */
  @Override
  public void giveUp(IOException cause) {
    steps.giveUp(cause, cause instanceof HttpTimeoutException);
  }

  @Override
  public void stop() {
    steps.stop();
  }

  /** There will be no other attempt. */
  private void settle() {
    ReplayedBody b = body;
    if (b != null) {
      b.settle();
    }
  }

  @Override
  public void end() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    steps.done();
    settle();
    handover.end();
    own.forget();
    forget(kept);
    synchronized (this) {
      forget(hedged);
    }
  }

  private static void forget(Outgoing copy) {
    if (copy != null) {
      copy.forget();
    }
  }
}
