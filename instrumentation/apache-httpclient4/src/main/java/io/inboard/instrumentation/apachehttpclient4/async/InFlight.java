// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Attempt;
import io.inboard.call.Call.Progress;
import io.inboard.call.Contexts;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.inboard.instrumentation.apachehttpclient4.async.Stage.Phase;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.http.ConnectionClosedException;
import org.apache.http.HttpEntity;
import org.apache.http.HttpException;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.concurrent.FutureCallback;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.impl.conn.ConnectionShutdownException;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.ContentEncoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.NHttpClientConnection;
import org.apache.http.nio.protocol.HttpAsyncClientExchangeHandler;

/**
 * One attempt: the handler of the events of its connection. Those that count go on to the library's
 * handler; once it is over, none does. Events come on a thread of the I/O reactor, one at a time;
 * what the mesh decides, and {@link #stop}, may come on others, see {@link Stage}.
 */
final class InFlight
    implements HttpAsyncClientExchangeHandler,
        AsyncTransport.Sending<InFlight>,
        FutureCallback<NHttpClientConnection> {
  /** A handshake's bound where the mesh sets none. */
  private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Hop hop;
  private final Attempt attempt;
  private final Line line;
  private final Stage stage = new Stage();

  /** Of a response that nobody gets. */
  private final Drain drain;

  /** Forgets the timer of a handshake. Any thread. */
  private volatile Runnable forgetBound = () -> {};

  // Of one thread at a time, as events are:

  /** Takes the head, or the error, once. */
  private BiConsumer<InFlight, Throwable> ended;

  private HttpResponse response;
  private BodyTap tap;

  /** Whether its connection had ended before the first byte. */
  private boolean unsent;

  /** How far it had come when it failed. */
  private Phase last = Phase.LEASING;

  InFlight(Hop hop, Attempt attempt, Line line) {
    this.hop = hop;
    this.attempt = attempt;
    this.line = line;
    this.drain = new Drain(stage, line, hop.executor());
  }

  /** The head of the response. */
  HttpResponse response() {
    return response;
  }

  private HttpAsyncClientExchangeHandler library() {
    return hop.director().handler();
  }

  // What the mesh wants done

  @Override
  public void send(BiConsumer<InFlight, Throwable> whenEnded) {
    ended = whenEnded;
    try {
      line.lease(this);
    } catch (RuntimeException e) {
      // Shut down, for instance.
      failed(hop.unsent(e));
    }
  }

  @Override
  public void stop(IOException cause) {
    if (stage.is(Phase.OVER)) {
      return;
    }
    Phase where = stage.stop(cause);
    line.abort();
    if (where != Phase.OVER) {
      // The pool, and what the application does, must not hold up who stops it.
      hop.executor().execute(() -> over(where, cause));
    }
  }

  /** It has come this far, and comes no farther. */
  private void over(Phase where, Exception error) {
    forgetBound.run();
    switch (where) {
      case LEASING -> {
        line.cancelLease();
        report(where, error);
      }
      case CONNECTED, SENDING -> {
        line.discard();
        report(where, error);
      }
      case REPORTED -> line.discard();
      case DELIVERED -> {
        hop.ended(tap, false);
        hop.fail(error);
      }
      case DRAINING -> drain.broken();
      case OVER -> {}
    }
  }

  /** Reports an error, and whose it is. */
  private void report(Phase where, Exception error) {
    last = where;
    boolean own = !stage.isStopped();
    if (own && error instanceof SocketTimeoutException timeout && isConnected()) {
      hop.giveUp(timeout, true);
    } else if (own && isOfApplication(error)) {
      hop.giveUpFor(error);
    }
    hop.remember(error);
    ended.accept(null, error);
  }

  /** Its pool's, its producer's. */
  private boolean isOfApplication(Exception error) {
    return error instanceof TimeoutException
        || hop.body().isDisturbed()
        || (last == Phase.CONNECTED && error instanceof HttpException && !unsent)
        || !(error instanceof IOException || error instanceof HttpException);
  }

  private boolean isConnected() {
    return last != Phase.LEASING && line.isReady();
  }

  @Override
  public Progress ended(InFlight head, Throwable error) {
    if (head != null || isConnected()) {
      attempt.connected(line.session());
    }
    if (!unsent && !isConnected()) {
      return Progress.NOT_CONNECTED;
    }
    if (unsent || last == Phase.CONNECTED || !line.mayHaveSent()) {
      return Progress.NOT_SENT;
    }
    return error instanceof HttpException ? Progress.RESPONSE_STARTED : Progress.SENT;
  }

  /** The application gets the response, whose head was reported. */
  void deliver() {
    if (!stage.deliver()) {
      return;
    }
    Exception error = stage.error();
    if (error != null) {
      hop.fail(error);
      return;
    }
    boolean more = false;
    try {
      received();
      more = !stage.isHandedOn();
      if (!more) {
        line.readsAgain();
        complete();
      }
    } catch (IOException | HttpException | RuntimeException e) {
      line.abort();
      stage.end();
      hop.ended(tap, false);
      hop.fail(e);
    } finally {
      leave();
    }
    if (more) {
      line.resume();
    }
  }

  /** Nobody gets the response, whose head was reported. */
  CompletionStage<?> discard() {
    return drain.begin(response);
  }

  // What the pool says

  /**
   * AbstractNIOConnPool tells of a new connection before it counts it as leased: what is given back
   * from in here would stay leased.
   */
  @Override
  public void completed(NHttpClientConnection leased) {
    if (!stage.moveInto(Phase.LEASING, Phase.CONNECTED)) {
      hop.executor().execute(() -> line.giveBack(leased));
      return;
    }
    Exception error = null;
    try {
      line.take(leased);
    } catch (RuntimeException e) {
      error = e;
    }
    Phase where = stage.leave();
    if (where != Phase.OVER) {
      hop.executor().execute(() -> over(where, stage.error()));
      return;
    }
    try {
      if (error == null && !line.begin(this)) {
        error = new ConnectionClosedException("Connection closed");
      }
    } catch (ConnectionShutdownException e) {
      // It was closed meanwhile.
      error = new ConnectionClosedException("Connection closed");
    } catch (RuntimeException e) {
      error = e;
    }
    if (error != null) {
      Exception why = error;
      hop.executor().execute(() -> failed(why));
    }
  }

  @Override
  public void cancelled() {
    failed(new ConnectionClosedException("Connection request cancelled"));
  }

  // Events of the connection

  /** An event was passed on; does what has come meanwhile. */
  private void leave() {
    Phase where = stage.leave();
    if (where != Phase.OVER) {
      over(where, stage.error());
    }
  }

  @Override
  public HttpRequest generateRequest() throws IOException, HttpException {
    if (!stage.enter(Phase.CONNECTED)) {
      return null;
    }
    try {
      if (attempt.meshRetries() && line.isFoundDead()) {
        unsent = true;
        throw new ConnectionClosedException("the server closed the connection before the request");
      }
      if (line.secure(() -> forgetBound.run())) {
        boundHandshake();
      }
      hop.body().rewind(hop.director());
      HttpRequest own = library().generateRequest();
      if (own == null || !hop.director().isRouteEstablished()) {
        // For a proxy, before ours.
        return own;
      }
      stage.move(Phase.CONNECTED, Phase.SENDING);
      return Heads.of(own, attempt);
    } finally {
      leave();
    }
  }

  private void boundHandshake() {
    long nanos = Math.min(attempt.connectTimeoutNanos(), HANDSHAKE_NANOS);
    forgetBound =
        Delays.OF_JDK.after(
            nanos,
            () -> {
              if (!line.isReady()) {
                stop(new ConnectTimeoutException("TLS handshake timed out"));
              }
            });
    if (line.isReady()) {
      forgetBound.run();
    }
  }

  @Override
  public void produceContent(ContentEncoder encoder, IOControl control) throws IOException {
    if (stage.enter(Phase.SENDING, Phase.DELIVERED)) {
      try {
        hop.body().produce(hop.director(), encoder, control);
      } finally {
        leave();
      }
    } else {
      control.suspendOutput();
    }
  }

  @Override
  public void requestCompleted() {
    if (stage.enter(Phase.SENDING, Phase.DELIVERED)) {
      try {
        library().requestCompleted();
      } finally {
        leave();
      }
    }
  }

  @Override
  public void responseReceived(HttpResponse head) throws IOException, HttpException {
    if (stage.enter(Phase.CONNECTED)) {
      try {
        // A proxy's.
        library().responseReceived(head);
      } finally {
        leave();
      }
    } else if (stage.moveInto(Phase.SENDING, Phase.REPORTED)) {
      try {
        response = head;
        ended.accept(this, null);
        if (stage.isDelivered(line::suspendInput)) {
          received();
        }
      } finally {
        leave();
      }
      if (stage.isDeliveredLate()) {
        deliver();
      }
    }
  }

  private void received() throws IOException, HttpException {
    HttpEntity body = response.getEntity();
    try {
      tap = hop.tap(body == null ? 0 : body.getContentLength());
    } catch (RuntimeException | LinkageError e) {
      hop.mistake(e);
    }
    try (Contexts.Scope scope = hop.exchange().scope()) {
      library().responseReceived(response);
    }
  }

  @Override
  public void consumeContent(ContentDecoder decoder, IOControl control) throws IOException {
    if (stage.enter(Phase.DELIVERED, Phase.CONNECTED)) {
      line.goesOn();
      try (Contexts.Scope scope = hop.exchange().scope()) {
        library().consumeContent(tap == null ? decoder : new TappedDecoder(decoder, tap), control);
        if (library().isDone()) {
          // The application wants no more of it.
          stage.end();
          hop.ended(tap, false);
          hop.exchange().over();
        }
      } finally {
        leave();
      }
    } else if (stage.is(Phase.REPORTED)) {
      control.suspendInput();
    } else {
      line.goesOn();
      drain.read(decoder);
    }
  }

  @Override
  public void responseCompleted() throws IOException, HttpException {
    if (stage.completesLater()) {
      return;
    }
    if (stage.enter(Phase.DELIVERED)) {
      try {
        complete();
      } finally {
        leave();
      }
    } else if (stage.enter(Phase.CONNECTED)) {
      try {
        // A proxy's; what follows comes over the same connection, if it is kept.
        library().responseCompleted();
        if (library().isDone()) {
          stage.end();
          hop.giveUp(new IOException("the proxy has answered"), false);
          hop.end();
          hop.exchange().over();
        }
      } finally {
        leave();
      }
    } else {
      drain.atEnd();
    }
  }

  /** The library's handler has the response to its end, or begins the next hop. */
  private void complete() throws IOException, HttpException {
    stage.end();
    hop.ended(tap, true);
    try (Contexts.Scope scope = hop.exchange().scope()) {
      library().responseCompleted();
      if (library().isDone()) {
        hop.exchange().over();
      } else if (hop.director().isAttached() && hop.exchange().isAt(hop)) {
        hop.director().goOn();
      }
    } catch (IOException | HttpException | RuntimeException e) {
      hop.fail(e);
      throw e;
    }
  }

  /** The server closed a connection over which nothing was sent. */
  @Override
  public void inputTerminated() {
    // As the library does by itself.
    if (!attempt.meshRetries() && stage.moveUnlessStopped(Phase.CONNECTED, Phase.LEASING)) {
      line.discard();
      send(ended);
    } else {
      failed(new ConnectionClosedException("the server closed the connection before the request"));
    }
  }

  @Override
  public void failed(Exception error) {
    Phase where = stage.fail(error);
    if (where != Phase.OVER) {
      over(where, stage.error());
    }
  }

  @Override
  public void close() {
    if (stage.is(Phase.LEASING) || stage.is(Phase.CONNECTED)) {
      failed(new ConnectionClosedException("Connection closed"));
    }
  }

  /** By the library's handler alone, which is asked. */
  @Override
  public boolean cancel() {
    return library().cancel();
  }

  /**
   * HttpAsyncRequestExecutor#closed asks this of a handler that has sent nothing, and tells it
   * nothing: of a connection whose end was read while nobody had it, and that was leased then.
   */
  @Override
  public boolean isDone() {
    if (stage.is(Phase.CONNECTED) && line.isClosed()) {
      hop.executor().execute(this::inputTerminated);
    }
    return stage.is(Phase.OVER);
  }
}
