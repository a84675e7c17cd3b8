// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Context;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderView;
import io.inboard.call.Log;
import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpField;

/**
 * One hop of a conversation: a call of the mesh, attempt by attempt. Takes the place of {@code
 * HttpDestination#send(HttpExchange)}, through which every request goes once, a redirect's and a
 * challenge's, too. {@link AsyncCall} follows the steps; this makes Jetty send an attempt.
 */
// What a dependent stage of ours would throw is caught inside it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Hop implements AsyncTransport<InFlight> {
  private final Object asked;

  /** What Jetty would have sent. */
  private final Object offered;

  private final Object request;
  private final Object conversation;
  private final Context context;
  private final Outgoing outgoing;

  /** Null where there is none. */
  private final SentBody body;

  private final boolean bystander;
  private final AsyncCall<InFlight> steps;

  /** Attempts that Jetty has not done with; at most two. */
  private final List<InFlight> flights = new CopyOnWriteArrayList<>();

  private final EarlySends early = new EarlySends();

  /** The last attempt, or what stands in for one; null before the first. */
  private volatile InFlight current;

  /** Whether what Jetty says of the conversation is none of this hop's business any more. */
  private volatile boolean over;

  /** What the application reads of the body; null if nobody wants to know. */
  private volatile BodyTap tap;

  Hop(
      Object asked,
      Object offered,
      Context context,
      Outgoing outgoing,
      SentBody body,
      HopRequest view,
      Call call) {
    this.asked = asked;
    this.offered = offered;
    this.request = Jetty.request(offered);
    this.conversation = Jetty.conversation(offered);
    this.context = context;
    this.outgoing = outgoing;
    this.body = body;
    this.bystander = view.scheme().equals("https") || view.proxied();
    this.steps = new AsyncCall<>(call, this);
  }

  /** Sends its attempts; false, and all is as before it, if Jetty is to send by itself. */
  boolean start() {
    Jetty.hop(conversation, this);
    try {
      Jetty.begun(request);
      CompletableFuture<Outcome<InFlight>> outcome = steps.execute();
      if (outcome.getNow(null) instanceof Outcome.Untouched) {
        leave();
        return false;
      }
      outcome.thenAccept(this::handOn);
      boundWaiting(outcome);
      early.run();
      return true;
    } catch (Throwable e) {
      // Nothing was sent: the barrier counts this, and Jetty sends as without us.
      leave();
      throw e;
    }
  }

  private void leave() {
    Jetty.noHop(conversation);
    over = true;
    restore();
    InFlight unsent = current;
    if (unsent != null) {
      Jetty.exchanges(conversation).remove(unsent.exchange());
      Jetty.exchanges(conversation).offer(offered);
      Jetty.decideWhoIsTold(conversation, null);
    }
    steps.done();
  }

  /** The request is again as the application made it. */
  private void restore() {
    outgoing.takeBack();
    if (body != null) {
      Jetty.content(request, body.own());
    }
  }

  /** Jetty keeps the application's bound of an exchange, not of the time in which there is none. */
  private void boundWaiting(CompletableFuture<?> outcome) {
    long millis = Jetty.timeout(request);
    if (millis > 0 && !outcome.isDone()) {
      Runnable forget =
          Delays.OF_JDK.after(
              TimeUnit.MILLISECONDS.toNanos(millis), () -> execute(() -> timeIsUp(millis)));
      outcome.thenRun(forget);
    }
  }

  private void timeIsUp(long millis) {
    Jetty.abortRequest(request, new TimeoutException("Total timeout " + millis + " ms elapsed"));
  }

  /** Jetty 10 and 11 fail the body, too, of which nothing was read. */
  void failUnread(Object exchange, Throwable failure) {
    if (body instanceof OldContent) {
      Jetty.content(request, null);
      Jetty.abort(exchange, failure);
      Jetty.content(request, body.own());
    } else {
      Jetty.abort(exchange, failure);
    }
  }

  /** {@code HttpRequest#abort}: whether that ends this hop; its steps are told of it. */
  boolean aborts(Object aborted, Throwable cause) {
    if (request != aborted || Jetty.abortCause(request) != null) {
      return false;
    }
    if (!(cause instanceof TimeoutException)) {
      steps.giveUp(Errors.ofCall(cause), false);
    }
    return true;
  }

  /** Jetty has aborted what it runs; what waits between two attempts it does not know. */
  void aborted(Throwable cause) {
    InFlight flight = current;
    if (!(cause instanceof TimeoutException)) {
      steps.stop();
    } else if (flight == null || flight.isReported()) {
      // The time of an attempt under way is told to the mesh as what ended the attempt.
      steps.giveUp(Errors.ofCall(cause), true);
      steps.stop();
    }
  }

  /** In which the application has called; of the hops after it, too. */
  Context context() {
    return context;
  }

  /** The attempt that Jetty is told of last; null: none, or this hop is over. */
  InFlight heard() {
    return over ? null : current;
  }

  /** The attempt under way whose exchange this is; null if it is none. */
  InFlight find(Object exchange) {
    InFlight flight = current;
    return flight != null && flight.exchange() == exchange ? flight : null;
  }

  @Override
  public InFlight prepare(Attempt attempt) {
    Endpoint endpoint = bystander ? null : attempt.endpoint().orElse(null);
    Object protocol = endpoint == null || endpoint.tls().isEmpty() ? null : outgoing.choice();
    Object destination =
        endpoint == null ? asked : Route.destination(asked, attempt, endpoint, protocol);
    InFlight flight = new InFlight(this, attempt, destination);
    exchange(flight);
    flights.add(flight);
    return flight;
  }

  /** Jetty's conversation has one exchange of each hop. */
  private void exchange(InFlight flight) {
    InFlight before = current;
    Jetty.exchanges(conversation).remove(before == null ? offered : before.exchange());
    current = flight;
    flight.of(Jetty.exchange(flight.destination(), request, Jetty.listeners(offered)));
  }

  /** Runs what sends an attempt once Jetty has done with those before it: they share the body. */
  void afterOthers(InFlight flight, Runnable task) {
    if (early.add(() -> afterOthers(flight, task))) {
      return;
    }
    for (InFlight each : flights) {
      if (each != flight && !each.over().isDone()) {
        each.over().thenRun(() -> afterOthers(flight, task));
        return;
      }
    }
    flights.removeIf(each -> each != flight);
    task.run();
  }

  /** An exchange before the current one has come to its end. */
  void completed(Object result) {
    for (InFlight each : flights) {
      if (Jetty.response(each.exchange()) == Jetty.responseOf(result)) {
        each.completed(result);
      }
    }
  }

  void writeHeaders(Attempt attempt) {
    outgoing.takeBack();
    if (body != null) {
      Jetty.content(request, body.begin());
    }
    attempt.writeHeaders(outgoing);
    outgoing.nameHost(asked);
  }

  /** Whether Jetty has attempts of this request under way that its connections may fail. */
  boolean runs(Object aborted) {
    return !over && request == aborted;
  }

  /** Attempts that Jetty has not done with; perhaps not the current one, which goes elsewhere. */
  List<InFlight> flights() {
    return flights;
  }

  /** Null where the request has none. */
  SentBody body() {
    return body;
  }

  @Override
  public int status(InFlight head) {
    return Jetty.status(Jetty.response(head.exchange()));
  }

  @Override
  public String version(InFlight head) {
    return Jetty.version(Jetty.response(head.exchange()));
  }

  @Override
  public HeaderView headers(InFlight head) {
    Iterable<HttpField> fields = Jetty.responseHeaders(Jetty.response(head.exchange()));
    return name -> Headers.values(fields, name);
  }

  @Override
  public boolean canSendAgain(InFlight head) {
    return Jetty.abortCause(request) == null && !current.hasTimedOut();
  }

  @Override
  public CompletionStage<?> discard(InFlight head) {
    return head.discard();
  }

  @Override
  public IOException timeout(String message) {
    return Errors.timeout(message);
  }

  @Override
  public Executor executor() {
    return Jetty.client(asked).getExecutor();
  }

  /** On a thread of the client's; on this one if it takes no more tasks. */
  void execute(Runnable task) {
    try {
      executor().execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  @Override
  public void mistake(Throwable error) {
    Log.warnOnce(JettyClientHooks.NAME, "jetty-client: a call is left as it stands: " + error);
  }

  private void handOn(Outcome<InFlight> outcome) {
    try {
      if (outcome instanceof Outcome.Delivered<InFlight> delivered) {
        if (!delivered.answered()) {
          deliver(delivered.response());
        }
      } else if (outcome instanceof Outcome.Stopped<InFlight> stopped) {
        Throwable cause = Jetty.abortCause(request);
        fail(cause == null ? stopped.why() : cause);
      } else if (outcome instanceof Outcome.Failed<InFlight> failed) {
        fail(Errors.ofJetty(failed.error()));
      } else {
        fail(new IOException("inboard: nothing was sent"));
      }
    } catch (Throwable e) {
      mistake(e);
      fail(new IOException("cannot hand on the response", e));
    }
  }

  private void deliver(InFlight flight) {
    // Jetty copies the request for what follows a redirect, headers and all.
    outgoing.takeBack();
    if (body != null) {
      body.settle(null);
    }
    try {
      Object response = Jetty.response(flight.exchange());
      tap =
          Jetty.IS_12
              ? steps.tap(Headers.length(Jetty.responseHeaders(response))).orElse(null)
              : null;
    } catch (RuntimeException e) {
      mistake(e);
    }
    flight.release();
  }

  Optional<BodyTap> tap() {
    return Optional.ofNullable(tap);
  }

  private void fail(Throwable error) {
    restore();
    if (body != null) {
      body.settle(error);
    }
    InFlight last = current;
    if (last == null || last.result() == null) {
      // Nothing was sent, or Jetty has not done with it.
      last = InFlight.unsent(this, asked);
      exchange(last);
    }
    over = true;
    Object result = last.result();
    boolean same = result != null && Jetty.failure(result) == error;
    last.listeners()
        .fail(same ? result : Jetty.result(request, error, Jetty.response(last.exchange())));
  }

  /** Jetty's handlers of redirects and challenges see it, too. */
  @Override
  public InFlight answer(Step.Answer answer) {
    restore();
    InFlight unsent = InFlight.unsent(this, asked);
    exchange(unsent);
    Object response = Jetty.response(unsent.exchange());
    AnswerHead head = AnswerHead.of(answer, Jetty.method(request));
    Jetty.answer(response, head);
    Object handler = Members.FIND_HANDLER.call(Jetty.client(asked), request, response);
    Jetty.decideWhoIsTold(
        conversation, handler == null ? null : Members.HANDLER_LISTENER.call(handler));
    Held listeners = unsent.listeners();
    ended(unsent, true);
    listeners.answer(response, head.body());
    return null;
  }

  /**
   * Jetty has done with the exchange that the application hears of, and is about to say so.
   *
   * @param whole whether the body was read to its end
   */
  void ended(InFlight flight, boolean whole) {
    if (flight == current) {
      over = true;
      restore();
      steps.ended(tap, whole);
    }
  }
}
