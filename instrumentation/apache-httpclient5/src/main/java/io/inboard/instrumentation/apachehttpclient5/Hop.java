// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import io.inboard.call.client.BlockingCall;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Outcome;
import io.inboard.call.client.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.util.TimeValue;

/**
 * What a call sends to one URL: one call of the mesh. Used by the thread that makes the call; a
 * cancellation comes from any.
 */
final class Hop implements Transport<ClassicHttpResponse> {
  private final HopRequest view;
  private final Call call;
  private final BlockingCall<ClassicHttpResponse> attempts;
  private final ClassicHttpRequest request;

  /** As they were before the first attempt. */
  private final Header[] headers;

  /** Null once the hop is over, which the response's body outlives. */
  private Way way;

  /** Null before the first attempt, and for an answer in its place. */
  private InFlight current;

  /** The response that the application has not got yet; null if there is none. */
  private ClassicHttpResponse last;

  /** Null for no body, and before it is sent. */
  private SentEntity sent;

  /** What has ended the last attempt; null after an answer. */
  private Throwable error;

  private boolean begun;
  private boolean answered;

  Hop(Way way, HopRequest view, Call call) {
    this.way = way;
    this.view = view;
    this.call = call;
    this.request = way.request();
    this.headers = request.getHeaders();
    this.attempts = new BlockingCall<>(call, this);
  }

  /** Lets go of the library's objects. */
  void over() {
    way = null;
  }

  /** See {@link ClassicAdvice.Hop}. */
  Object[] run() {
    listen();
    Outcome<ClassicHttpResponse> outcome = attempts.execute();
    if (outcome instanceof Outcome.Delivered<ClassicHttpResponse> delivered) {
      answered = delivered.answered();
      last = delivered.response();
      if (answered) {
        attempts.done();
      } else {
        deliver(last);
      }
      return new Object[] {last, null};
    }
    if (outcome instanceof Outcome.Failed<ClassicHttpResponse> failed) {
      answered = failed.refused();
      return new Object[] {null, failed.error()};
    }
    if (outcome instanceof Outcome.Stopped<ClassicHttpResponse> stopped) {
      answered = true;
      discard();
      return new Object[] {null, stopped.why()};
    }
    return null;
  }

  private void listen() {
    Way mine = way;
    mine.whenCancelled(
        () -> {
          attempts.cancel();
          if (mine.runtime != null) {
            Line.leave(mine.runtime, true);
          }
          // As the library does.
          mine.discard();
          return true;
        });
  }

  /**
   * After an error of ours: the response, or that there is none; what may have been sent is not
   * sent once more, and what must be encrypted is refused.
   */
  Object[] afterMistake(Throwable mistake) {
    attempts.done();
    answered = begun;
    if (last != null) {
      return new Object[] {last, null};
    }
    IOException error =
        begun
            ? new IOException("inboard: the call cannot go on", mistake)
            : HopRequest.failClosed(way.target(), mistake).orElse(null);
    return error == null ? null : new Object[] {null, error};
  }

  /** Whether the library must not try again what came of it. */
  boolean isDecided() {
    return answered || (current != null && current.attempt().meshRetries());
  }

  private void deliver(ClassicHttpResponse response) {
    HttpEntity body = response.getEntity();
    Line line = current.line();
    if (body == null || !body.isStreaming() || line.isLeft()) {
      line.leave(false);
      attempts.ended(attempts.tap(0).orElse(null), true);
      return;
    }
    BodyTap tap = attempts.tap(body.getContentLength()).orElse(null);
    SeenEntity seen = tap == null ? null : new SeenEntity(body, attempts, tap);
    if (seen != null) {
      response.setEntity(seen);
    }
    line.whenLeft(
        cancelled -> {
          if (cancelled) {
            call.abandoned();
          }
          if (seen == null) {
            attempts.ended(null, false);
          } else {
            seen.left();
          }
        });
  }

  // The hooks inside an attempt

  /** Null to leave the library's. */
  HttpRoute route(Object runtime, HttpRoute own) {
    if (current == null || !way.isRunBy(runtime, current.line()) || !current.hasEndpoint()) {
      return null;
    }
    HttpRoute route = current.route(own);
    if (Members.RUNTIME.isInstance(runtime)) {
      Limits.hold(Members.MANAGER.get(runtime), own, route);
    }
    return route;
  }

  HttpRoute logical(HttpRoute asked) {
    return current == null ? null : current.logical(asked);
  }

  HttpHost logical(HttpHost asked) {
    return current == null ? null : current.logical(asked);
  }

  Object[] connecting(ManagedHttpClientConnection connection, HttpHost host, TimeValue timeout) {
    return current == null ? null : current.connecting(connection, host, timeout);
  }

  Throwable secure(ManagedHttpClientConnection connection) {
    return current == null ? null : current.secure(connection);
  }

  /** After an error of ours: what is thrown in place of sending; null where that is plaintext. */
  SSLException unsecured(Throwable mistake) {
    return current == null ? null : current.unsecured(mistake);
  }

  Throwable head(Object connection, ClassicHttpRequest head) throws IOException {
    if (current == null || head.getMethod().equalsIgnoreCase("CONNECT")) {
      return null;
    }
    Throwable refused = current.head(connection, head);
    HttpEntity entity = head.getEntity();
    if (refused == null && entity != null && current.attempt().meshRetries()) {
      if (sent == null) {
        sent = new SentEntity(entity, view.isOnce(), view.kept(), call);
        if (!view.isOnce()) {
          view.kept().forget();
        }
      }
      head.setEntity(sent);
    }
    return refused;
  }

  // What the mesh wants done

  @Override
  public Runnable begin(Attempt attempt) {
    Line line = new Line();
    InFlight next = new InFlight(attempt, view.isBystander(), line);
    way.begin(line, next.hasEndpoint());
    current = next;
    begun = true;
    if (!attempt.meshRetries() || view.isBystander()) {
      view.kept().forget();
    }
    return line::abort;
  }

  @Override
  public ClassicHttpResponse send(Attempt attempt) throws Throwable {
    last = null;
    error = null;
    // Since 5.1 the library has added its own to them, and would not do so twice. What was not sent
    // counts as the same attempt.
    request.setHeaders(headers);
    way.enter();
    try {
      last = way.send(attempt);
      return last;
    } finally {
      current.restoreHead();
      if (sent != null) {
        sent.restore(request);
      }
      listen();
    }
  }

  @Override
  public int status(ClassicHttpResponse response) {
    return response.getCode();
  }

  @Override
  public String version(ClassicHttpResponse response) {
    ProtocolVersion version = response.getVersion();
    return version == null ? "1.1" : version.getMajor() + "." + version.getMinor();
  }

  @Override
  public HeaderView headers(ClassicHttpResponse response) {
    return name -> HopRequest.values(response, name);
  }

  @Override
  public Progress progress(Throwable error) {
    if (!current.isConnected()) {
      return current.isDead() ? Progress.NOT_SENT : Progress.NOT_CONNECTED;
    }
    return error instanceof HttpException || error.getCause() instanceof HttpException
        ? Progress.RESPONSE_STARTED
        : Progress.SENT;
  }

  @Override
  public Failure failure(Throwable thrown) {
    error = thrown;
    if (way.isAborted()) {
      return Failure.GIVEN_UP;
    }
    if (current.line().isAborted()) {
      error = timeout("its time was up"); // Which is what the application should know of it.
      return Failure.OF_ATTEMPT;
    }
    // What else is thrown is an interceptor's of the application, or its pool's.
    if (!(thrown instanceof IOException || thrown instanceof HttpException)
        || Thread.currentThread().isInterrupted()
        || (thrown instanceof InterruptedIOException && !(thrown instanceof SocketTimeoutException))
        || (sent != null && sent.isDisturbed())) {
      return Failure.GIVEN_UP;
    }
    return thrown instanceof SocketTimeoutException && current.isConnected()
        ? Failure.TIME_IS_UP
        : Failure.OF_ATTEMPT;
  }

  @Override
  public boolean canSendAgain(ClassicHttpResponse response) {
    // One that was cancelled ends as such, not with a response that was not good enough. What was
    // not sent goes elsewhere, as the library itself goes to a host's next address.
    return !current.isConnected() || way.lets(error, response, current.attempt().number());
  }

  @Override
  public void discard(ClassicHttpResponse response) {
    last = response;
    discard();
  }

  private void discard() {
    ClassicHttpResponse response = last;
    last = null;
    if (response == null) {
      return;
    }
    try {
      if (Answers.isDrained(response.getEntity(), current.line())) {
        // 5.0 has done so by itself.
        way.release();
      } else {
        way.discard();
      }
      response.close();
    } catch (IOException | RuntimeException e) {
      way.discard();
    }
    current.line().leave(false);
  }

  @Override
  public ClassicHttpResponse answer(Step.Answer answer) {
    current = null;
    return way.answer(Answers.of(answer, view.method()));
  }

  @Override
  public IOException timeout(String message) {
    return new SocketTimeoutException(message);
  }

  @Override
  public IOException cancelled() {
    return new RequestFailedException("Request aborted");
  }
}
