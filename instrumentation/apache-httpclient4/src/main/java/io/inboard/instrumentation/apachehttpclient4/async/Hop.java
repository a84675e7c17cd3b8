// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderView;
import io.inboard.call.Log;
import io.inboard.call.Step;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Outcome;
import io.inboard.instrumentation.apachehttpclient4.RequestView;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.http.ProtocolVersion;

/**
 * What an execution sends to one URL: one call of the mesh, attempt by attempt. {@link AsyncCall}
 * follows the steps; this makes the attempts, and hands what came of the call to the library.
 */
final class Hop implements AsyncTransport<InFlight> {
  private final Exchange exchange;
  private final CallRequest view;
  private final AsyncCall<InFlight> steps;
  private final SentBody body;

  /** The answer of the mesh, once there is one. Written before the outcome says so. */
  private volatile Step.Answer answer;

  /**
   * What the application's own code, or its pool, has thrown. Written before the hop is stopped.
   */
  private volatile Exception applications;

  /** What the last attempt has thrown; null if none has. Attempts follow each other on threads. */
  private volatile Exception last;

  Hop(Exchange exchange, CallRequest view, Call call) {
    this.exchange = exchange;
    this.view = view;
    this.steps = new AsyncCall<>(call, this);
    this.body = new SentBody(view, call);
  }

  /**
   * Begins; false to let the library send as without us.
   *
   * @throws RuntimeException an error of ours, before anything was sent
   */
  // What a dependent stage of ours would throw is caught inside it.
  @SuppressWarnings("FutureReturnValueIgnored")
  boolean begin() {
    CompletableFuture<Outcome<InFlight>> outcome = steps.execute();
    if (outcome.getNow(null) instanceof Outcome.Untouched) {
      return false;
    }
    outcome.thenAccept(this::handOn);
    return true;
  }

  Exchange exchange() {
    return exchange;
  }

  Director director() {
    return exchange.director();
  }

  SentBody body() {
    return body;
  }

  boolean isBystander() {
    return view.isBystander();
  }

  @Override
  public InFlight prepare(Attempt attempt) {
    if (!attempt.meshRetries() || view.isBystander()) {
      view.kept().forget();
    }
    return new InFlight(this, attempt, new Line(director(), attempt, view.isBystander()));
  }

  @Override
  public int status(InFlight head) {
    return head.response().getStatusLine().getStatusCode();
  }

  @Override
  public String version(InFlight head) {
    ProtocolVersion version = head.response().getProtocolVersion();
    return version == null ? "1.1" : version.getMajor() + "." + version.getMinor();
  }

  @Override
  public HeaderView headers(InFlight head) {
    return name -> RequestView.headers(head.response().getHeaders(name));
  }

  @Override
  public boolean canSendAgain(InFlight head) {
    return !exchange.isGivenUp();
  }

  @Override
  public CompletionStage<?> discard(InFlight head) {
    return head.discard();
  }

  @Override
  public InFlight answer(Step.Answer given) {
    answer = given;
    return null;
  }

  @Override
  public IOException timeout(String message) {
    return new SocketTimeoutException(message);
  }

  @Override
  public Executor executor() {
    return exchange::later;
  }

  @Override
  public void mistake(Throwable error) {
    Log.warnOnce(
        ApacheHttpAsyncClient4Hooks.NAME, "HttpAsyncClient: an attempt is left as it is: " + error);
  }

  private void handOn(Outcome<InFlight> outcome) {
    try {
      if (outcome instanceof Outcome.Delivered<InFlight> delivered) {
        if (delivered.answered()) {
          answer();
        } else {
          delivered.response().deliver();
        }
      } else if (outcome instanceof Outcome.Failed<InFlight> failed) {
        fail(failed.error());
      } else if (outcome instanceof Outcome.Stopped<InFlight> stopped) {
        fail(applications == null ? stopped.why() : applications);
      } else {
        fail(new IOException("inboard: nothing was sent"));
      }
    } catch (Throwable e) {
      mistake(e);
      fail(new IOException("inboard: cannot hand on what came of the call", e));
    }
  }

  private void answer() {
    steps.done();
    exchange.over();
    try (Contexts.Scope scope = exchange.scope()) {
      Answers.give(answer, view.method(), director());
    }
  }

  /** The application gets this error, unless it has something. */
  void fail(Throwable error) {
    steps.done();
    exchange.over();
    try (Contexts.Scope scope = exchange.scope()) {
      director()
          .fail(error instanceof Exception e ? e : new IOException("inboard: an error", error));
    }
  }

  /** A copy of the body that the application is about to read; null if nobody wants one. */
  BodyTap tap(long length) {
    return steps.tap(length).orElse(null);
  }

  /** The response's body was read to its end, or not to its end. */
  void ended(BodyTap tap, boolean atEnd) {
    steps.ended(tap, atEnd);
  }

  /** The application's own time is up, or what fails is its own. */
  void giveUp(IOException cause, boolean timeUp) {
    steps.giveUp(cause, timeUp);
  }

  /** What fails is the application's own: it gets that, and nobody is to blame. */
  void giveUpFor(Exception error) {
    applications = error;
    steps.giveUp(error instanceof IOException io ? io : new IOException(error), false);
  }

  /** What an attempt is about to throw. */
  void remember(Exception error) {
    last = error;
  }

  /**
   * The library can send no more: the application has closed the client, for instance. It gets what
   * the last attempt has thrown, as it would without another.
   *
   * @param error what the library throws, which is the application's where nothing was sent before
   */
  Exception unsent(Exception error) {
    Exception before = last;
    if (before == null) {
      return error;
    }
    giveUpFor(before);
    return before;
  }

  /** The application cancels. Any thread. */
  void giveUp(IOException cause) {
    steps.giveUp(cause, false);
  }

  /** After that: ends what is under way. Any thread. */
  void stop() {
    steps.stop();
  }

  /** The hop is over. Idempotent. */
  void end() {
    steps.done();
  }
}
