// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

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
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpException;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.ProtocolVersion;
import org.apache.http.client.NonRepeatableRequestException;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpExecutionAware;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;
import org.apache.http.conn.ManagedHttpClientConnection;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.impl.execchain.ClientExecChain;
import org.apache.http.impl.execchain.RequestAbortedException;

/**
 * What a call sends to one URL: one call of the mesh. Each attempt goes through the library's own
 * MainClientExec. Used by the thread that makes the call; a cancellation comes from any.
 */
final class Hop implements Transport<CloseableHttpResponse> {
  private final HttpRoute route;
  private final HopRequest view;
  private final Call call;
  private final BlockingCall<CloseableHttpResponse> attempts;
  private final Watch watch;

  /** As they were before the first attempt. */
  private final Header[] headers;

  /** Null once the hop is over: the response's body outlives it. */
  private Surroundings library;

  /** Null before the first attempt, and for an answer of the mesh. */
  private InFlight current;

  /** The response that the application has not got yet; null if there is none. */
  private CloseableHttpResponse last;

  /** The body as the library has it, while ours is in its place; else null. */
  private HttpEntity own;

  /** Null for no body, and before it is sent. */
  private SentEntity sent;

  /** What has ended the last attempt; null after an answer. */
  private Throwable error;

  private boolean begun;
  private boolean answered;

  Hop(
      ClientExecChain main,
      HttpRoute route,
      HttpRequestWrapper request,
      HttpClientContext context,
      HttpExecutionAware aware,
      HopRequest view,
      Call call) {
    this.library = new Surroundings(main, route, request, context);
    this.route = route;
    this.view = view;
    this.call = call;
    this.headers = request.getAllHeaders();
    this.attempts = new BlockingCall<>(call, this);
    this.watch = new Watch(aware, attempts::cancel);
  }

  /** Lets go of the library's objects. */
  void over() {
    library = null;
    last = null;
  }

  /** See {@link ClientAdvice.Hop}. */
  Object[] run() {
    watch.waits();
    Outcome<CloseableHttpResponse> outcome = attempts.execute();
    if (outcome instanceof Outcome.Delivered<CloseableHttpResponse> delivered) {
      answered = delivered.answered();
      last = delivered.response();
      if (answered) {
        attempts.done();
      } else {
        deliver(last);
      }
      return new Object[] {last, null};
    }
    if (outcome instanceof Outcome.Failed<CloseableHttpResponse> failed) {
      answered = failed.refused();
      return new Object[] {null, failed.error()};
    }
    if (outcome instanceof Outcome.Stopped<CloseableHttpResponse> stopped) {
      answered = true;
      discard();
      return new Object[] {null, stopped.why()};
    }
    return null;
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
            : HopRequest.failClosed(route.getTargetHost(), mistake).orElse(null);
    return error == null ? null : new Object[] {null, error};
  }

  /** Whether the library must not try again what came of it. */
  boolean isDecided() {
    return answered || (current != null && current.attempt().meshRetries());
  }

  private void deliver(CloseableHttpResponse response) {
    HttpEntity body = response.getEntity();
    Line line = current.line();
    if (body == null || !body.isStreaming() || line.isLeft()) {
      line.leave();
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

  /** Null to leave what is asked about. */
  HttpRoute logicalRoute(Object asked) {
    return current != null && current.isOurs(asked) ? route : null;
  }

  /** Null to leave what is asked about. */
  HttpHost logicalHost(HttpHost asked) {
    return current != null && current.isOurs(asked) ? route.getTargetHost() : null;
  }

  Object[] connecting(ManagedHttpClientConnection connection, HttpHost host, int timeout) {
    return current == null ? null : current.connecting(connection, host, timeout);
  }

  Throwable secure(ManagedHttpClientConnection connection) {
    return current == null ? null : current.secure(connection);
  }

  /** Null to leave the error. */
  Throwable notConnected(Throwable error) {
    return current == null ? null : current.notConnected(error);
  }

  /** After an error of ours: what is thrown in place of sending; null where that is plaintext. */
  SSLException unsecured(Throwable mistake) {
    return current == null ? null : current.unsecured(mistake);
  }

  Throwable head(Object connection, HttpRequest head) {
    boolean tunnel = head.getRequestLine().getMethod().equalsIgnoreCase("CONNECT");
    return current == null || tunnel ? null : current.head(connection, head);
  }

  void headIsWritten(HttpRequest head) {
    if (current != null) {
      current.headIsWritten(head);
    }
  }

  void body(HttpEntityEnclosingRequest head) {
    HttpEntity entity = head.getEntity();
    if (current == null || entity == null || !current.attempt().meshRetries()) {
      return;
    }
    if (sent == null) {
      boolean once = !entity.isRepeatable();
      sent = new SentEntity(entity, once, view.kept(), call);
      if (!once) {
        view.kept().forget();
      }
    }
    own = entity;
    head.setEntity(sent);
  }

  void bodyIsWritten(HttpEntityEnclosingRequest head) {
    if (own != null) {
      head.setEntity(own);
      own = null;
    }
  }

  // What the mesh wants done

  @Override
  public Runnable begin(Attempt attempt) {
    InFlight next = new InFlight(attempt, view.isBystander(), route);
    current = next;
    begun = true;
    watch.on(next.line());
    if (!attempt.meshRetries() || view.isBystander()) {
      view.kept().forget();
    }
    return next.line()::abort;
  }

  @Override
  public CloseableHttpResponse send(Attempt attempt) throws Throwable {
    last = null;
    error = null;
    if (attempt.number() > 1) {
      library.request().setHeaders(headers);
    }
    last = library.execute(attempt, current.route(), watch);
    return last;
  }

  @Override
  public int status(CloseableHttpResponse response) {
    return response.getStatusLine().getStatusCode();
  }

  @Override
  public String version(CloseableHttpResponse response) {
    ProtocolVersion version = response.getProtocolVersion();
    return version == null ? "1.1" : version.getMajor() + "." + version.getMinor();
  }

  @Override
  public HeaderView headers(CloseableHttpResponse response) {
    return name -> HopRequest.headers(response.getHeaders(name));
  }

  @Override
  public Progress progress(Throwable error) {
    if (current.isUnsent()) {
      return Progress.NOT_SENT;
    }
    if (!current.isConnected()) {
      return Progress.NOT_CONNECTED;
    }
    return error instanceof HttpException ? Progress.RESPONSE_STARTED : Progress.SENT;
  }

  @Override
  public Failure failure(Throwable thrown) {
    error = thrown;
    if (watch.isAborted()) {
      return Failure.GIVEN_UP;
    }
    if (current.line().isAborted()) {
      error = timeout("its time was up"); // Which is what the application should know of it.
      return Failure.OF_ATTEMPT;
    }
    if (Thread.currentThread().isInterrupted()
        || isOfApplication(thrown)
        || (sent != null && sent.isDisturbed())) {
      return Failure.GIVEN_UP;
    }
    return thrown instanceof SocketTimeoutException && current.isConnected()
        ? Failure.TIME_IS_UP
        : Failure.OF_ATTEMPT;
  }

  /** Its interceptor's, its pool's, or a challenge that its body does not let it answer. */
  private static boolean isOfApplication(Throwable error) {
    if (error instanceof InterruptedIOException) {
      return error instanceof ConnectionPoolTimeoutException
          || !(error instanceof SocketTimeoutException || error instanceof ConnectTimeoutException);
    }
    return error instanceof NonRepeatableRequestException
        || !(error instanceof IOException || error instanceof HttpException);
  }

  @Override
  public boolean canSendAgain(CloseableHttpResponse response) {
    // What was not sent goes elsewhere, as the library itself goes to a host's next address.
    return !watch.isAborted()
        && (!current.isConnected()
            || library.lets(view.conversation(), error, response, current.attempt().number()));
  }

  @Override
  public void discard(CloseableHttpResponse response) {
    last = response;
    discard();
  }

  private void discard() {
    CloseableHttpResponse response = last;
    last = null;
    if (response == null) {
      return;
    }
    try {
      // Its end lets the connection go back; closing it before ends the connection.
      if (!Answers.isDrained(response.getEntity(), current.line())) {
        response.close();
      }
    } catch (IOException | RuntimeException e) {
      close(response);
    }
    current.line().leave();
  }

  private static void close(CloseableHttpResponse response) {
    try {
      response.close();
    } catch (IOException e) {
      // Closed enough.
    }
  }

  @Override
  public CloseableHttpResponse answer(Step.Answer answer) {
    current = null;
    return Answers.of(answer, view.method());
  }

  @Override
  public IOException timeout(String message) {
    return new SocketTimeoutException(message);
  }

  @Override
  public IOException cancelled() {
    return new RequestAbortedException("Request aborted");
  }
}
