// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Call.Progress;
import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import io.inboard.call.client.BlockingCall;
import io.inboard.call.client.Outcome;
import io.inboard.call.client.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Address;
import okhttp3.Headers;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.internal.connection.Exchange;

/**
 * What a call sends to one URL: one call of the mesh. Each attempt goes through the library's own
 * ConnectInterceptor, with an exchange finder of its own. Used by the thread that makes the call;
 * {@link #cancel} comes from any.
 */
final class Hop implements Transport<Response> {
  private final Object engine;
  private final Interceptor connect;
  private final Interceptor.Chain chain;
  private final HopRequest view;
  private final Call call;
  private final BlockingCall<Response> attempts;

  private InFlight current;

  /** The response that the application has not got yet; null if there is none. */
  private Response last;

  /** What the library threw for the last error, where the mesh was told another. */
  private Exception thrown;

  /** What attempts have failed with. */
  private final List<IOException> failures = new ArrayList<>(0);

  /** Null until a body that can be read once is sent. */
  private OneShotBody oneShot;

  private boolean answered;

  /** Whether there was an attempt. */
  private boolean begun;

  /** The application's response, before it is made to tell of its end; null before. */
  private Response decidedOn;

  /** Whether the library waits for the network now, or else this object for the mesh. */
  private volatile boolean sending;

  /** The application's callTimeout is up. */
  private volatile boolean timedOut;

  Hop(Object engine, Interceptor connect, Interceptor.Chain chain, HopRequest view, Call call) {
    this.engine = engine;
    this.connect = connect;
    this.chain = chain;
    this.view = view;
    this.call = call;
    this.attempts = new BlockingCall<>(call, this);
  }

  /** See {@link OkHttpAdvice.Hop}. */
  Object[] run() {
    Outcome<Response> outcome;
    try {
      outcome = attempts.execute();
    } catch (Throwable e) {
      attempts.done();
      closeLast();
      throw e;
    }
    if (outcome instanceof Outcome.Delivered<Response> delivered) {
      answered = delivered.answered();
      decidedOn = delivered.response();
      return new Object[] {deliver(decidedOn), null};
    }
    if (outcome instanceof Outcome.Failed<Response> failed) {
      answered = failed.refused();
      return new Object[] {null, error(failed)};
    }
    if (outcome instanceof Outcome.Stopped<Response> stopped) {
      answered = true;
      closeLast();
      return new Object[] {null, stopped.why()};
    }
    return null;
  }

  private void closeLast() {
    if (last != null) {
      last.close();
    }
  }

  /** With the failures of earlier attempts, as the library has since 4. */
  private Throwable error(Outcome.Failed<Response> failed) {
    if (!Internals.OLD) {
      failures.stream()
          .filter(e -> e != failed.error() && e != failed.error().getCause())
          .forEach(failed.error()::addSuppressed);
    }
    return failed.refused() || thrown == null ? failed.error() : thrown;
  }

  /**
   * After an error of ours: the response, as the library made it, or that there is none; null if
   * nothing was sent, and the library may.
   *
   * @return see {@link OkHttpAdvice.Hop}
   */
  Object[] afterMistake(Throwable mistake) {
    answered = begun || decidedOn != null;
    if (decidedOn != null) {
      attempts.done();
      return new Object[] {decidedOn, null};
    }
    return begun
        ? new Object[] {null, new IOException("inboard: the call cannot go on", mistake)}
        : null;
  }

  /**
   * Whether the library must not try again what came of it. A call that was cancelled it never
   * does, but then says so in its own words.
   */
  boolean isDecided() {
    return answered
        || (current != null && current.attempt().meshRetries() && !chain.call().isCanceled());
  }

  private Response deliver(Response response) {
    Response.Builder shown = response.newBuilder();
    InFlight flight = current;
    if (flight != null && flight.hasEndpoint()) {
      // The application asked for http.
      shown.handshake(null);
    }
    ResponseBody body = response.body();
    int status = response.code();
    boolean bodiless = view.method().equals("HEAD") || status == 204 || status == 304;
    if (flight == null || status == 101 || body == null) {
      finish(flight);
      attempts.done();
    } else if (bodiless || body.contentLength() == 0) {
      finish(flight);
      attempts.ended(attempts.tap(0).orElse(null), true);
    } else {
      shown.body(new ReadBody(body, attempts, flight, this::bodyFailed));
    }
    return shown.build();
  }

  private void bodyFailed() {
    if (chain.call().isCanceled()) {
      call.abandoned();
    }
  }

  private static void finish(InFlight flight) {
    if (flight != null) {
      flight.finish();
    }
  }

  // The hooks inside an attempt

  /** Null to leave the library's own. */
  Address address(Address own) {
    return current == null || view.isBystander() ? null : current.address(own);
  }

  void connected(Exchange exchange) {
    current.connected(exchange, Internals.connection(engine));
  }

  void broken() {
    if (current != null) {
      current.broken();
    }
  }

  /** What was answered before this error of sending; null to leave the error. */
  Response early(Throwable error, Request sent) {
    return current == null ? null : current.early(error, sent, Internals.connection(engine));
  }

  /** The first request that goes down after there is a connection; null to leave it. */
  Request request(Request own) {
    if (!current.takeHead()) {
      return null;
    }
    Request.Builder head = own.newBuilder();
    try {
      current.attempt().writeHeaders(sink(head));
    } catch (RuntimeException e) {
      // The library sends the application's own body, of which nobody keeps a copy.
      view.kept().forget();
      throw e;
    }
    RequestBody body = own.body();
    if (body != null && body.isOneShot() && !body.isDuplex()) {
      if (oneShot == null) {
        oneShot = new OneShotBody(body, view.kept(), call);
      }
      head.method(own.method(), oneShot);
    }
    return head.build();
  }

  private static HeaderSink sink(Request.Builder head) {
    return new HeaderSink() {
      @Override
      public void set(String name, String value) {
        try {
          head.header(name, value);
        } catch (IllegalArgumentException e) {
          // The library sends ASCII alone. The other headers are worth more than this one.
          head.removeHeader(name);
        }
      }

      @Override
      public void remove(String name) {
        head.removeHeader(name);
      }
    };
  }

  // What the mesh wants done

  @Override
  public Runnable begin(Attempt attempt) {
    InFlight next = new InFlight(attempt, view.isBystander());
    current = next;
    begun = true;
    if (!attempt.meshRetries() || view.isBystander()) {
      view.kept().forget();
    }
    return next::abort;
  }

  @Override
  public Response send(Attempt attempt) throws Throwable {
    last = null;
    thrown = null;
    sending = true;
    try {
      Interceptor.Chain bounded = bounded(attempt);
      if (attempt.meshRetries()) {
        Internals.renew(engine, chain.request(), bounded);
        if (current.hasEndpoint() && !current.isDirected()) {
          throw current.ledElsewhere();
        }
      }
      last = connect.intercept(bounded);
      return last;
    } catch (RuntimeException e) {
      // Unchecked, and of 3.14 and 4 alone.
      if (e.getClass().getName().equals("okhttp3.internal.connection.RouteException")
          && e.getCause() instanceof IOException cause) {
        throw told(cause, e);
      }
      throw e;
    } catch (IOException e) {
      throw told(e, e);
    } finally {
      sending = false;
      current.leave();
    }
  }

  private Interceptor.Chain bounded(Attempt attempt) {
    long nanos = Math.min(attempt.connectTimeoutNanos(), attempt.timeoutNanos());
    int own = chain.connectTimeoutMillis();
    if (nanos == Long.MAX_VALUE || view.isBystander()) {
      return chain;
    }
    long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
    return own > 0 && own <= millis
        ? chain
        : chain.withConnectTimeout(
            (int) Math.min(Integer.MAX_VALUE, millis), TimeUnit.MILLISECONDS);
  }

  /** What the mesh is told: of a callTimeout, what the library says when its call ends. */
  private IOException told(IOException error, Exception own) {
    if (current.refusal() != null) {
      // What the library says of the connection that was closed under it.
      failures.add(current.refusal());
      return current.refusal();
    }
    failures.add(error);
    IOException told = error;
    if (timedOut) {
      told = new InterruptedIOException("timeout");
      told.initCause(error);
    }
    thrown = told == own ? null : own;
    return told;
  }

  @Override
  public int status(Response response) {
    return response.code();
  }

  @Override
  public String version(Response response) {
    return switch (response.protocol()) {
      case HTTP_1_0 -> "1.0";
      case HTTP_2, H2_PRIOR_KNOWLEDGE -> "2";
      default -> "1.1";
    };
  }

  @Override
  public HeaderView headers(Response response) {
    return response::headers;
  }

  @Override
  public Progress progress(Throwable error) {
    return current.progress(error);
  }

  @Override
  public Failure failure(Throwable error) {
    if (timedOut) {
      return Failure.TIME_IS_UP;
    }
    // What is no IOException is an interceptor's of the application.
    if (!(error instanceof IOException)
        || chain.call().isCanceled()
        || Thread.currentThread().isInterrupted()
        || (error instanceof InterruptedIOException
            && !(error instanceof SocketTimeoutException))) {
      return Failure.GIVEN_UP;
    }
    if (current.isDisturbed()
        && current.attempt().meshRetries()
        && !(error instanceof ProtocolException)) {
      return Failure.GIVEN_UP;
    }
    if (current.attempt().meshRetries() && current.isTooLarge(error, chain.request())) {
      return Failure.GIVEN_UP;
    }
    return error instanceof SocketTimeoutException && current.isSent() && !current.isAborted()
        ? Failure.TIME_IS_UP
        : Failure.OF_ATTEMPT;
  }

  /** Not after a failure that the application does not want to be tried again. */
  @Override
  public boolean canSendAgain(Response response) {
    return !timedOut && (response == null ? view.retries() : !view.isWebSocket());
  }

  @Override
  public long nanosLeft() {
    return timedOut ? 0 : Long.MAX_VALUE;
  }

  @Override
  public void discard(Response response) {
    // First: once it is closed, its connection may be another call's.
    current.finish();
    response.close();
    last = null;
  }

  @Override
  public Response answer(Step.Answer answer) throws IOException {
    // The library goes on as after a response, which would have ended its exchange.
    Internals.release(engine);
    AnswerHead head = AnswerHead.of(answer, view.method());
    current = null;
    Headers.Builder headers = new Headers.Builder();
    head.headers().forEach(headers::addUnsafeNonAscii);
    String type = headers.get("content-type");
    long now = System.currentTimeMillis();
    return new Response.Builder()
        .request(chain.request())
        .protocol(Protocol.HTTP_1_1)
        .code(head.status())
        .message(head.reason())
        .headers(headers.build())
        .body(ResponseBody.create(type == null ? null : MediaType.parse(type), head.body()))
        .sentRequestAtMillis(now)
        .receivedResponseAtMillis(now)
        .build();
  }

  @Override
  public IOException timeout(String message) {
    return new SocketTimeoutException(message);
  }

  /** Of a callTimeout the library makes its own. */
  @Override
  public IOException cancelled() {
    return new IOException("Canceled");
  }

  /**
   * Wakes the calling thread if it waits for the mesh; what it waits for on the network the library
   * stops. A callTimeout is then told to the mesh as any failure.
   */
  void cancel(boolean timeout) {
    if (timeout) {
      timedOut = true;
    }
    if (!timeout || !sending) {
      attempts.cancel();
    }
  }
}
