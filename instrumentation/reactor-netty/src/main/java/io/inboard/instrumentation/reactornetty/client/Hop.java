// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Outcome;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One hop of an exchange: a call of the mesh, attempt by attempt. {@link AsyncCall} follows the
 * steps; this makes the library send an attempt.
 */
final class Hop implements AsyncTransport<Head> {
  private final Exchange exchange;
  private final Stage stage;
  private final SentBody body;
  private final boolean bystander;
  private final boolean traceKnown;
  private final AsyncCall<Head> steps;

  /** Set by {@link #start}. */
  private CompletableFuture<Outcome<Head>> outcome;

  /** The application's own bound of an attempt was over. */
  private volatile boolean timedOut;

  /** What the application reads of the body; null if nobody wants to know. */
  private volatile BodyTap tap;

  /**
   * @param request as the call has seen it
   */
  Hop(Exchange exchange, Stage stage, SentBody body, Call call, HopRequest request) {
    this.exchange = exchange;
    this.stage = stage;
    this.body = body;
    // TLS or a proxy of the application's own: the mesh may only look on.
    this.bystander = request.scheme().equals("https") || request.proxied();
    this.traceKnown = !request.headers("traceparent").isEmpty();
    this.steps = new AsyncCall<>(call, this);
  }

  /** False if the library is to send as without us. */
  boolean start() {
    outcome = steps.execute();
    return !(outcome.getNow(null) instanceof Outcome.Untouched);
  }

  CompletableFuture<Outcome<Head>> outcome() {
    return outcome;
  }

  /** Whether the call knew, when it began, which trace the application is in. */
  boolean isTraceKnown() {
    return traceKnown;
  }

  void cancel() {
    steps.giveUp(new IOException("cancelled"), false);
    steps.stop();
  }

  @Override
  public Flight prepare(Attempt attempt) {
    Endpoint endpoint = bystander ? null : attempt.endpoint().orElse(null);
    Target target =
        endpoint == null || endpoint.address().isUnresolved()
            ? null
            : new Target(endpoint, stage.address());
    return new Flight(exchange, this, stage, attempt, target, endpoint != null);
  }

  @Override
  public boolean isHedgeable() {
    return body.isNone();
  }

  @Override
  public Flight beside(Attempt attempt) {
    return prepare(attempt);
  }

  @Override
  public int status(Head head) {
    return head.status();
  }

  @Override
  public String version(Head head) {
    return head.version();
  }

  @Override
  public HeaderView headers(Head head) {
    return head::headers;
  }

  @Override
  public boolean canSendAgain(Head head) {
    return !exchange.isCancelled() && !timedOut;
  }

  void timedOut() {
    timedOut = true;
  }

  @Override
  public CompletionStage<?> discard(Head head) {
    return head.error() == null
        ? head.flight().discard()
        : CompletableFuture.completedFuture(true); // It is closed.
  }

  @Override
  public Head answer(Step.Answer answer) {
    return Head.of(null, Answers.connection(exchange.config(), stage, answer));
  }

  @Override
  public IOException timeout(String message) {
    return Errors.timeout(message);
  }

  @Override
  public Executor executor() {
    return exchange.executor();
  }

  @Override
  public void mistake(Throwable error) {
    exchange.mistake(error);
  }

  /** What came of the hop. */
  void handOn(Outcome<Head> came) {
    try {
      if (came instanceof Outcome.Delivered<Head> delivered) {
        if (delivered.answered()) {
          exchange.deliver(delivered.response());
          steps.done();
        } else if (delivered.response().next() != null) {
          steps.done();
          exchange.follow(delivered.response().next());
        } else if (delivered.response().error() != null) {
          steps.done();
          exchange.fail(delivered.response().error());
        } else {
          deliver(delivered.response());
        }
      } else if (came instanceof Outcome.Stopped<Head> stopped) {
        exchange.fail(stopped.why());
      } else if (came instanceof Outcome.Failed<Head> failed) {
        exchange.fail(Errors.ofLibrary(failed.error()));
      } else {
        exchange.fail(new IOException("inboard: nothing was sent"));
      }
    } catch (Throwable e) {
      mistake(e);
      exchange.fail(new IOException("cannot hand on the response", e));
    }
  }

  private void deliver(Head head) {
    try {
      tap = steps.tap(head.length()).orElse(null);
    } catch (RuntimeException e) {
      mistake(e);
    }
    head.flight().deliver();
    exchange.deliver(head);
  }

  SentBody body() {
    return body;
  }

  /** Null if nobody wants to see the response's body. */
  BodyTap tap() {
    return tap;
  }

  /** The response that the application has is over. */
  void ended(boolean atEnd) {
    steps.ended(tap, atEnd);
  }

  /** The application does not want the rest of it. */
  void givenUp() {
    steps.giveUp(new IOException("cancelled"), false);
  }
}
