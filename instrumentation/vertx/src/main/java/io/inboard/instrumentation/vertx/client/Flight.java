// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Refusals;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLSession;

/**
 * One attempt: a request of the library's over a connection of its own. That of the first one that
 * got a connection is the application's; the others send the same. Safe for use by any thread; what
 * the library tells comes in the call's context, one event after another.
 */
final class Flight implements AsyncTransport.Sending<Head> {
  /** How long the rest of a response that nobody sees may take, before its connection is closed. */
  private static final long DISCARD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Exchange exchange;

  /** Null of an answer of the mesh. */
  private final Attempt attempt;

  /** Null: as the library connects. */
  private final Target target;

  /** Whether it has an endpoint, perhaps with a name that nobody knows. */
  private final boolean directed;

  private final CompletableFuture<Boolean> over = new CompletableFuture<>();

  /** Null once the outcome was told. Guarded by this. */
  private BiConsumer<Head, Throwable> ended;

  private volatile HttpClientRequest request;
  private volatile HttpClientResponse response;
  private volatile Outgoing outgoing;

  /** Whether the response was handed on, or is discarded. */
  private volatile boolean decided;

  /** Whether we hold up its body until that is decided. */
  private volatile boolean held;

  /** Null if nobody wants to see what the application reads. */
  private volatile BodyTap tap;

  Flight(Exchange exchange, Attempt attempt, Target target, boolean directed) {
    this.exchange = exchange;
    this.attempt = attempt;
    this.target = target;
    this.directed = directed;
  }

  // The attempt.

  @Override
  public void send(BiConsumer<Head, Throwable> told) {
    synchronized (this) {
      ended = told;
    }
    if (directed && target == null) {
      report(null, new UnknownHostException(exchange.host()));
      return;
    }
    try {
      exchange.request(target).onComplete(this::connected);
    } catch (RuntimeException | LinkageError e) {
      exchange.thrown(e);
      report(null, e);
    }
  }

  private void connected(AsyncResult<HttpClientRequest> result) {
    if (result.failed()) {
      exchange.inside(() -> report(null, result.cause()));
      return;
    }
    HttpClientRequest made = result.result();
    try {
      carriedBy(made);
    } catch (RuntimeException | LinkageError e) {
      exchange.mistake(e);
      giveBack(made, e);
      report(null, new IOException("inboard: the request is not made, by an error of ours", e));
    }
  }

  private void carriedBy(HttpClientRequest made) {
    if (isReported()) {
      giveBack(made, null);
      return;
    }
    Throwable astray =
        target == null ? Refusals.astray(attempt, Watched.remote(made)).orElse(null) : null;
    if (astray != null) {
      giveBack(made, astray);
      report(null, astray);
      return;
    }
    request = made;
    Flights.put(made, this);
    exchange.carriedBy(this, made);
    if (isReported() && !decided) {
      cut(null);
    }
  }

  /** Gives back the connection of a request of which nothing was sent. */
  static void giveBack(HttpClientRequest made, Throwable why) {
    Flights.remove(made);
    made.exceptionHandler(error -> {}); // Else the library logs it.
    Members.RESET.call(made, Errors.CANCEL, why);
  }

  /** Sends what the application has sent in an attempt before. */
  void repeat(HttpClientRequest first, SentBody body) {
    HttpClientRequest mine = request;
    mine.exceptionHandler(error -> {});
    mine.setFollowRedirects(false);
    mine.setMethod(first.getMethod());
    mine.setURI(first.getURI());
    mine.headers().clear().addAll(first.headers());
    mine.setChunked(first.isChunked());
    if (Members.DO_WRITE.arity() == 5) {
      io.vertx.core.Handler<AsyncResult<Void>> nobody = done -> {};
      Members.DO_WRITE.call(mine, body.again(), true, false, nobody);
    } else {
      Members.DO_WRITE.call(mine, body.again(), true, false);
    }
  }

  /** An answer of the mesh is sent by this request. */
  void answers(HttpClientRequest made) {
    request = made;
    Flights.put(made, this);
  }

  HttpClientRequest request() {
    return request;
  }

  HttpClientResponse response() {
    return response;
  }

  // What the hooks tell, by Flights.

  /** A part of the request goes out. */
  void writes(Object piece, boolean end) {
    if (attempt == null) {
      return;
    }
    exchange.writes(this, piece, end);
    if (outgoing == null) {
      outgoing = exchange.outgoing(request.headers());
      attempt.writeHeaders(outgoing);
    }
  }

  /** Whether the library is to leave a response to us. */
  boolean responded(HttpClientResponse arrived) {
    if (exchange.isHandingOn()) {
      return false;
    }
    response = arrived;
    if (attempt == null) {
      return false;
    }
    if (exchange.inside(() -> report(new Head(this, arrived, null), null)) && !decided) {
      held = true;
      arrived.pause();
    }
    return true;
  }

  /** Whether the library is to leave an error to us. */
  boolean failed(Throwable error) {
    if (exchange.isDelivered(this)) {
      finished(false);
      return false;
    }
    if (exchange.isHandingOn()) {
      return false;
    }
    over.complete(false);
    if (exchange.request() != request) {
      Flights.remove(request);
    }
    Throwable mapped = (Throwable) Members.MAP_EXCEPTION.call(request, error);
    exchange.inside(() -> report(null, mapped));
    return true;
  }

  /** The application, or the library in its name, gives up a request. */
  void reset(Throwable cause) {
    exchange.reset(this, cause);
  }

  /** The application reads. */
  void read(Buffer piece) {
    BodyTap mine = tap;
    if (mine != null && !mine.isFull()) {
      byte[] bytes = piece.getBytes();
      mine.add(bytes, 0, bytes.length);
    }
  }

  /** The application, which has the response by now, wants no more of it for a while. */
  void pausedByApplication() {
    if (decided) {
      held = false;
    }
  }

  /** The response is over. */
  void finished(boolean atEnd) {
    if (exchange.request() != request) {
      Flights.remove(request);
    }
    if (over.complete(atEnd) && exchange.isDelivered(this)) {
      exchange.ended(tap, atEnd);
    }
  }

  // How it ends.

  private synchronized boolean isReported() {
    return ended == null;
  }

  /** False if it was reported before. */
  private boolean report(Head head, Throwable error) {
    BiConsumer<Head, Throwable> told;
    synchronized (this) {
      told = ended;
      ended = null;
    }
    if (told == null) {
      return false;
    }
    Outgoing sent = outgoing;
    if (sent != null) {
      sent.undo();
    }
    told.accept(head, error);
    return true;
  }

  @Override
  public void stop(IOException cause) {
    expire(Errors.ofLibrary(cause));
  }

  /** Ends it with an error, at whichever moment. */
  void expire(Throwable cause) {
    report(null, cause);
    cut(cause);
  }

  /** The application has reset it; where nothing of it was sent, that is its end. */
  void unsent(Throwable cause) {
    if (outgoing == null) {
      report(null, cause == null ? new StreamResetException(Errors.CANCEL) : cause);
    }
  }

  /** Closes its connection, or resets its stream, unless the response is over. */
  private void cut(Throwable cause) {
    HttpClientRequest mine = request;
    if (mine == null || over.isDone()) {
      return;
    }
    Object stream = Members.STREAM.get(mine);
    if (Members.is51()) {
      Members.STREAM_CANCEL.call(stream);
    } else {
      Members.STREAM_RESET.call(stream, new StreamResetException(Errors.CANCEL, cause));
    }
  }

  @Override
  public Progress ended(Head head, Throwable error) {
    HttpClientRequest mine = request;
    if (mine == null) {
      // One of the library's pool that was found dead is no endpoint that cannot be reached.
      return error instanceof HttpClosedException ? Progress.NOT_SENT : Progress.NOT_CONNECTED;
    }
    attempt.connected(session(mine));
    return outgoing == null ? Progress.NOT_SENT : Errors.progress(error);
  }

  private SSLSession session(HttpClientRequest mine) {
    return target != null && target.plan().isPresent() ? mine.connection().sslSession() : null;
  }

  /** The application gets the response; in the call's context. */
  void deliver(BodyTap wanted) {
    tap = wanted;
    decided = true;
    if (wanted != null) {
      Flights.tap(response, this);
    }
    exchange.handOn(
        () -> {
          // The library keeps the response with its request, to tell it of errors.
          Members.HANDLE_RESPONSE.call(request, response);
          if (exchange.request() != request) {
            Members.HANDLE_RESPONSE.call(exchange.request(), response);
          }
        });
    resume();
    if (over.isDone()) {
      exchange.ended(tap, over.getNow(false));
    }
  }

  private void resume() {
    if (held) {
      held = false;
      response.resume();
    }
  }

  /** Nobody sees the response; its connection is kept if the rest of it comes soon. */
  // What that stage throws is nothing: it forgets a delay.
  @SuppressWarnings("FutureReturnValueIgnored")
  CompletableFuture<Boolean> discard() {
    decided = true;
    resume();
    if (!over.isDone()) {
      over.thenRun(Delays.OF_JDK.after(DISCARD_NANOS, () -> cut(null)));
    }
    return over;
  }
}
