// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;

/**
 * One attempt of a hop, from the moment that it is to be sent until the library has done with it:
 * who the library tells. What happens to it before it is written stands in {@link Passage}. Safe
 * for use by any thread; nothing of the library or of the application runs under its lock.
 */
final class AsyncFlight implements AsyncTransport.Sending<AsyncFlight>, AsyncExecCallback {
  private enum State {
    /** There is no head yet. */
    SENDING,
    /** There is a head, of which nobody knows what becomes. */
    DECIDING,
    /** It is another attempt's turn, once the library has done with this one. */
    DISCARDED,
    /** The application has the head. */
    DELIVERED,
    /** The library has done with it. */
    OVER
  }

  private final AsyncHop hop;
  private final Passage passage;
  private final boolean meshRetries;
  private final int number;

  /** Null for the first. */
  private final AsyncFlight before;

  /** Guarded by this. */
  private State state = State.SENDING;

  /**
   * Whether the library has said so while nobody knew what becomes of the head. Guarded by this.
   */
  private boolean completed;

  /** The same, of an error. Guarded by this. */
  private Exception broken;

  /** What it has ended with; null before, and after an answer. */
  private volatile Throwable failure;

  private volatile boolean wasNotSent;

  // Written before the state that tells of them, and read after.
  private BiConsumer<AsyncFlight, Throwable> report;
  private HttpResponse response;
  private EntityDetails details;

  /** The body, until it is known what becomes of it. */
  private Held held;

  private AsyncDataConsumer consumer;
  private BodyTap tap;

  /** What the application has thrown when it was given the head. */
  private Exception thrown;

  /** Who waits in the library's method for what becomes of the head. Guarded by this. */
  private Thread waiting;

  private final CompletableFuture<Void> over = new CompletableFuture<>();

  AsyncFlight(AsyncHop hop, Attempt attempt, AsyncFlight before) {
    this.hop = hop;
    this.before = before;
    this.meshRetries = attempt.meshRetries();
    this.number = attempt.number();
    this.passage = new Passage(attempt, hop.isBystander(), hop::executor);
  }

  Passage passage() {
    return passage;
  }

  boolean meshRetries() {
    return meshRetries;
  }

  AsyncHop hop() {
    return hop;
  }

  /** The library returns from what it did for this attempt on this thread. */
  void returned() {
    hop.listen();
  }

  HttpResponse response() {
    return response;
  }

  /** As the core has it. */
  String version() {
    ProtocolVersion version = response.getVersion();
    if (version == null) {
      version = passage.version();
    }
    if (version == null) {
      return "1.1";
    }
    return version.getMajor() > 1 ? "2" : version.getMajor() + "." + version.getMinor();
  }

  @Override
  public void send(BiConsumer<AsyncFlight, Throwable> ended) {
    report = ended;
    if (before != null) {
      before.drop();
    }
    AsyncWay way = hop.way();
    AsyncFlight outer = Flights.enter(this);
    try {
      way.ready(passage.hasEndpoint());
      way.send(
          before == null ? way.request() : way.again(),
          hop.body(meshRetries, before != null),
          this);
    } catch (HttpException | IOException | RuntimeException e) {
      failed(e);
    } finally {
      Flights.leave(outer);
      hop.listen();
    }
  }

  @Override
  public void stop(IOException cause) {
    passage.stop(cause);
  }

  @Override
  public Progress ended(AsyncFlight head, Throwable error) {
    Progress came = passage.progress(error);
    failure = error;
    wasNotSent = error != null && (came == Progress.NOT_CONNECTED || came == Progress.NOT_SENT);
    return came;
  }

  /** Whether it has failed before anything was sent. Known once it has ended. */
  boolean wasNotSent() {
    return wasNotSent;
  }

  /** Whether the application lets another attempt follow this one, which has ended. */
  boolean isLet(AsyncWay way) {
    return way.lets(failure, failure == null ? response : null, number);
  }

  // What the library tells

  @Override
  public void handleInformationResponse(HttpResponse interim) throws HttpException, IOException {
    hop.way().application().handleInformationResponse(interim);
  }

  @Override
  public AsyncDataConsumer handleResponse(HttpResponse head, EntityDetails body)
      throws HttpException, IOException {
    Held mine = new Held(() -> stop(new IOException("too much of what nobody reads")));
    synchronized (this) {
      if (state != State.SENDING) {
        // It was stopped meanwhile.
        mine.drain();
        return mine;
      }
      response = head;
      details = body;
      held = mine;
      state = State.DECIDING;
      waiting = Thread.currentThread();
    }
    report.accept(this, null);
    boolean isDelivered;
    synchronized (this) {
      waiting = null;
      isDelivered = state == State.DELIVERED && mine.isTaken();
    }
    if (!isDelivered) {
      hop.listen();
      return mine;
    }
    if (thrown instanceof HttpException e) {
      throw e;
    }
    if (thrown instanceof IOException e) {
      throw e;
    }
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    return consumer;
  }

  @Override
  public void completed() {
    boolean delivered;
    synchronized (this) {
      if (state == State.DECIDING) {
        completed = true;
        return;
      }
      if (state != State.DELIVERED && state != State.DISCARDED) {
        return;
      }
      delivered = state == State.DELIVERED;
      state = State.OVER;
    }
    if (delivered) {
      hop.ended(tap, true);
      hop.way().application().completed();
    } else {
      hop.way().release();
    }
    over.complete(null);
  }

  @Override
  public void failed(Exception cause) {
    boolean cancelled = hop.isCancelled();
    State was;
    synchronized (this) {
      was = state;
      if (was == State.DECIDING) {
        broken = cause;
        return;
      }
      state = State.OVER;
    }
    switch (was) {
      case SENDING -> {
        hop.way().discard();
        report.accept(null, blamed(cause, cancelled));
        hop.listen();
      }
      case DELIVERED -> {
        hop.ended(tap, false);
        hop.way().application().failed(passage.stopped(cause));
      }
      case DISCARDED -> hop.way().discard();
      default -> {
        if (cancelled) {
          // Of an attempt before; what waits for another one ends.
          hop.stop();
        }
      }
    }
    over.complete(null);
  }

  /** The error to report, after what it means for the call was said. */
  private Throwable blamed(Exception cause, boolean cancelled) {
    Exception stopped = passage.stopped(null);
    if (stopped != null) {
      return stopped;
    }
    if (cause instanceof IllegalStateException && passage.isLeased()) {
      return new ConnectionClosedException("Connection is closed", cause);
    }
    if (!cancelled) {
      if (hop.isDisturbed() || !(cause instanceof IOException || cause instanceof HttpException)) {
        // What else there is comes from an interceptor of the application, or its pool.
        hop.giveUp(cause);
      } else if (cause instanceof SocketTimeoutException timeout && passage.isExecuting()) {
        hop.timeIsUp(timeout);
      }
    }
    return cause;
  }

  // What becomes of the head

  /** The application gets it. */
  void deliver() {
    try {
      tap = hop.tap(details == null ? 0 : details.getContentLength());
    } catch (RuntimeException | LinkageError e) {
      hop.mistake(e);
    }
    try {
      Conversation.tell(
          hop.way().talk().conversation(),
          meshRetries,
          () -> {
            AsyncDataConsumer own = hop.way().application().handleResponse(response, details);
            consumer = tap == null || own == null ? own : new SeenConsumer(own, hop, tap);
          });
    } catch (HttpException | IOException | RuntimeException e) {
      // The library is told where it waits for that, and fails the exchange.
      thrown = e;
    }
    held.passTo(consumer);
    boolean isCompleted;
    Exception isBroken;
    synchronized (this) {
      state = State.DELIVERED;
      isCompleted = completed;
      isBroken = broken == null && waiting != Thread.currentThread() ? thrown : broken;
    }
    if (isBroken != null) {
      failed(isBroken);
    } else if (isCompleted) {
      completed();
    }
  }

  /** Nobody gets it; complete when the library has done with it. */
  CompletionStage<?> discard() {
    boolean isOver;
    boolean isBroken;
    synchronized (this) {
      isOver = completed;
      isBroken = broken != null;
      state = isBroken ? State.OVER : State.DISCARDED;
    }
    if (isBroken) {
      hop.way().discard();
      over.complete(null);
    } else if (isOver) {
      completed();
    } else {
      held.drain();
    }
    return over;
  }

  /** It is late: nobody waits for it any more. */
  void drop() {
    synchronized (this) {
      if (state == State.OVER || state == State.DELIVERED) {
        return;
      }
      state = State.OVER;
    }
    passage.forget();
    if (hop.way().holdsConnection()) {
      hop.way().discard();
    } else {
      passage.stop(new IOException("nobody waits for it"));
    }
    over.complete(null);
  }
}
