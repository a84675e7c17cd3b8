// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.inboard.call.Step;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.ContinuingThreads;
import io.inboard.call.client.Outcome;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;

/**
 * What a call sends to one URL without blocking: one call of the mesh. {@link AsyncCall} follows
 * the steps; this makes the library send an attempt, and tells the application what came of it.
 * Safe for use by any thread.
 */
final class AsyncHop implements AsyncTransport<AsyncFlight> {
  private static final ContinuingThreads THREADS =
      new ContinuingThreads("inboard-apache-httpclient5");

  private final AsyncWay way;
  private final HopRequest view;
  private final AsyncCall<AsyncFlight> steps;

  /** Null for no body. */
  private final SentBody body;

  private final Executor executor = THREADS.here();

  /** The attempt under way, or the last; null before. Written before it is sent. */
  private volatile AsyncFlight current;

  /** Whether the mesh decides what follows an attempt of this hop. */
  private volatile boolean governed;

  private AsyncHop(AsyncWay way, HopRequest view, Call call) {
    this.way = way;
    this.view = view;
    this.steps = new AsyncCall<>(call, this);
    this.body = way.body() == null ? null : new SentBody(way.body(), view, call);
  }

  /** Whether to look at what the library's method is called for, which is not done for us. */
  static boolean isSeen(AsyncExecCallback callback) {
    return !(callback instanceof AsyncFlight)
        && !(callback instanceof Unseen)
        && (!Inboard.outbound().disabled() || Flights.isUnderWay());
  }

  /**
   * Begins a hop.
   *
   * @return null and that the library's method is over, or an error that it throws; null to let the
   *     library go on
   */
  // What a dependent stage throws is caught inside.
  @SuppressWarnings("FutureReturnValueIgnored")
  static Object[] begin(AsyncWay way) {
    if (!Inboard.outbound().disabled()) {
      SSLException past =
          HopRequest.past(way.request(), way.target(), way.isProxied()).orElse(null);
      if (past != null) {
        return new Object[] {past};
      }
      HopRequest view = way.view();
      Call call;
      try (Contexts.Scope scope = Inboard.contexts().activate(way.talk().context())) {
        call = Inboard.outbound().begin(view);
      }
      if (call != Call.UNTOUCHED) {
        AsyncHop hop = new AsyncHop(way, view, call);
        hop.listen();
        CompletableFuture<Outcome<AsyncFlight>> outcome;
        try {
          outcome = hop.steps.execute();
        } catch (Throwable e) {
          // Nothing was sent: the barrier counts this.
          hop.steps.done();
          throw e;
        }
        if (!(outcome.getNow(null) instanceof Outcome.Untouched)) {
          outcome.thenAccept(hop::handOn);
          return new Object[1];
        }
        hop.steps.done();
      }
    }
    return Flights.isUnderWay() ? hidden(way) : null;
  }

  /** A call that is left alone, inside an attempt that its connection must not be taken for. */
  private static Object[] hidden(AsyncWay way) {
    AsyncFlight outer = Flights.enter(null);
    try {
      way.send(way.request(), way.body(), new Unseen(way.application()));
      return new Object[1];
    } catch (HttpException | IOException | RuntimeException e) {
      return new Object[] {e};
    } finally {
      Flights.leave(outer);
    }
  }

  /** After an error of ours: what must be encrypted is refused. */
  static Object[] mistaken(Throwable mistake, HttpHost target) {
    return HopRequest.failClosed(target, mistake)
        .map(refused -> new Object[] {refused})
        .orElse(null);
  }

  /**
   * The application's cancellation comes to us, in place of what the library waits for: of that it
   * may have the wrong one, after it has gone on on another thread.
   */
  void listen() {
    way.whenCancelled(this::cancelled);
  }

  private boolean cancelled() {
    if (!isCancelled()) {
      return false;
    }
    AsyncFlight last = current;
    if (last == null || way.isStopped() || !last.passage().isExecuting()) {
      steps.stop();
      if (last != null) {
        last.stop(new RequestFailedException("Request aborted"));
      }
    }
    return true;
  }

  /** Whether the application has cancelled; the mesh has heard of it then. */
  boolean isCancelled() {
    boolean cancelled = way.isCancelled();
    if (cancelled) {
      giveUp(null);
    }
    return cancelled;
  }

  /**
   * Nobody waits any longer, and nobody is to blame.
   *
   * @param cause null: the application has cancelled
   */
  void giveUp(Exception cause) {
    steps.giveUp(
        cause == null
            ? new RequestFailedException("Request aborted")
            : cause instanceof IOException io ? io : new IOException(cause),
        false);
  }

  /** The application's own time is up. */
  void timeIsUp(SocketTimeoutException cause) {
    steps.giveUp(cause, true);
  }

  /** See {@link AsyncCall#stop}. */
  void stop() {
    steps.stop();
  }

  AsyncWay way() {
    return way;
  }

  HopRequest view() {
    return view;
  }

  /** Whether the endpoint is not ours to choose. */
  boolean isBystander() {
    return view.isBystander();
  }

  /** The body of an attempt; null for none. */
  AsyncEntityProducer body(boolean governedByMesh, boolean again) {
    return body == null || !governedByMesh ? way.body() : body.next(again);
  }

  /** Whether the application has failed to write its body. */
  boolean isDisturbed() {
    return body != null && body.isDisturbed();
  }

  /** See {@link AsyncCall#tap}; null for none. */
  BodyTap tap(long length) {
    return steps.tap(length).orElse(null);
  }

  /** See {@link AsyncCall#ended}. */
  void ended(BodyTap tap, boolean atEnd) {
    steps.ended(tap, atEnd);
  }

  // What the mesh wants done

  @Override
  public AsyncFlight prepare(Attempt attempt) {
    AsyncFlight before = current;
    governed |= attempt.meshRetries();
    if (!attempt.meshRetries() || isBystander()) {
      view.kept().forget();
    }
    AsyncFlight next = new AsyncFlight(this, attempt, before);
    current = next;
    return next;
  }

  @Override
  public int status(AsyncFlight head) {
    return head.response().getCode();
  }

  @Override
  public String version(AsyncFlight head) {
    return head.version();
  }

  @Override
  public HeaderView headers(AsyncFlight head) {
    return name -> HopRequest.values(head.response(), name);
  }

  @Override
  public boolean canSendAgain(AsyncFlight head) {
    // What was not sent goes elsewhere, as the library itself goes to a host's next address.
    return !way.isCancelled() && (current.wasNotSent() || current.isLet(way));
  }

  @Override
  public CompletionStage<?> discard(AsyncFlight head) {
    return head.discard();
  }

  @Override
  public AsyncFlight answer(Step.Answer answer) throws IOException {
    AsyncFlight last = current;
    if (last != null) {
      last.drop();
    }
    try {
      Conversation.tell(
          way.talk().conversation(),
          true,
          () -> AsyncAnswers.give(answer, view.method(), way.application()));
    } catch (HttpException e) {
      throw new IOException(e);
    }
    return null;
  }

  @Override
  public IOException timeout(String message) {
    return new SocketTimeoutException(message);
  }

  @Override
  public Executor executor() {
    return executor;
  }

  @Override
  public void mistake(Throwable error) {
    say(error);
  }

  /** An error of ours, where no barrier counts it. */
  static void say(Throwable error) {
    Log.warnOnce(
        ApacheHttpClient5AsyncHooks.NAME,
        "Apache HttpClient: an attempt is left as it stands: " + error);
  }

  private void handOn(Outcome<AsyncFlight> outcome) {
    try {
      if (outcome instanceof Outcome.Delivered<AsyncFlight> delivered) {
        if (delivered.answered()) {
          steps.done();
        } else {
          delivered.response().deliver();
        }
      } else if (outcome instanceof Outcome.Failed<AsyncFlight> failed) {
        fail(failed.error(), failed.refused() || governed);
      } else if (outcome instanceof Outcome.Stopped<AsyncFlight> stopped) {
        fail(stopped.why(), true);
      } else {
        fail(new IOException("inboard: nothing was sent"), true);
      }
    } catch (Throwable e) {
      mistake(e);
      steps.done();
      fail(new IOException("inboard: the call cannot go on", e), true);
    }
  }

  private void fail(Throwable error, boolean decided) {
    AsyncFlight last = current;
    if (last != null) {
      last.drop();
    }
    Exception told = error instanceof Exception e ? e : new IOException(error);
    try {
      Conversation.tell(way.talk().conversation(), decided, () -> way.application().failed(told));
    } catch (HttpException | IOException e) {
      throw new AssertionError(e);
    }
  }
}
