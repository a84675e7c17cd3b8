// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.inboard.call.Step;
import io.inboard.call.client.AsyncCall;
import io.inboard.call.client.AsyncTransport;
import io.inboard.call.client.BodyTap;
import io.inboard.call.client.Delays;
import io.inboard.call.client.Outcome;
import io.inboard.call.client.Refusals;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * What an application gets for {@code HttpClient.request}: a request, and later its response.
 * {@link AsyncCall} follows the steps of the call, of which this is the library's side. The
 * application gets the request of the first attempt that has a connection, fills it and sends it;
 * what is sent again, goes by requests of ours, and their response is given to that one, as the
 * library does with the response of a redirect. Each hop of a redirect is a call of its own.
 */
@SuppressWarnings("FutureReturnValueIgnored")
final class Exchange implements AsyncTransport<Head> {
  private final Client client;
  private final RequestOptions options;
  private final Context context;
  private final Promise<HttpClientRequest> promise;
  private final boolean http2;
  private final long connectMillis;
  private final long idleMillis;
  private final long began = System.nanoTime();
  private final SentBody body = new SentBody();
  private final CallRequest view;
  private final boolean traceKnown;
  private final AsyncCall<Head> steps;

  /** What the application has; null before. */
  private volatile HttpClientRequest request;

  /** As it was before the application had it: its scheme and server. */
  private volatile String server = "";

  private volatile Object method;

  /** The attempt that was sent last. */
  private volatile Flight current;

  /** Whose response the application has; null: none. */
  private volatile Flight delivered;

  /** Hands something on to the library, and so to the application; null: nobody does. */
  private volatile Thread handing;

  /**
   * Where the library tells something right now, which is where the application is to hear of it.
   */
  private volatile Thread inside;

  /** Whether the application waits no longer: its bound is over, or it has reset the request. */
  private volatile boolean givenUp;

  /** What the library has thrown at its caller; null: nothing. */
  private volatile Throwable thrown;

  /** Forgets the application's bound. */
  private volatile Runnable forget = () -> {};

  private Exchange(Client client, RequestOptions asked) {
    this.client = client;
    this.options =
        new RequestOptions(asked).setHost(client.host(asked)).setPort(client.port(asked));
    this.options.setSsl(false);
    this.context = client.vertx().getOrCreateContext();
    this.promise = promise(context);
    this.http2 = client.asksForHttp2(asked);
    this.connectMillis = Client.connectMillis(asked);
    this.idleMillis = Client.idleMillis(asked);
    this.view =
        new CallRequest(
            String.valueOf(options.getMethod()),
            options.getHost(),
            options.getPort(),
            options.getURI(),
            options.getHeaders(),
            idleMillis,
            body);
    Call call = Inboard.outbound().begin(view);
    this.traceKnown = !view.headers("traceparent").isEmpty();
    this.steps = call == Call.UNTOUCHED ? null : new AsyncCall<>(call, this);
  }

  @SuppressWarnings("unchecked")
  private static Promise<HttpClientRequest> promise(Context context) {
    return (Promise<HttpClientRequest>) Members.PROMISE.call(context);
  }

  /**
   * Begins what an application asks for.
   *
   * @return the future that it gets, or in its place (second) what is thrown; null: the library
   *     serves it, be it an attempt of ours or as without us
   */
  static Object[] begin(Object it, RequestOptions asked) {
    Client client = new Client(it);
    if (Client.isAskedByUs() || Inboard.outbound().disabled() || !client.isPlain(asked)) {
      return null;
    }
    Exchange exchange = new Exchange(client, asked);
    return exchange.steps == null ? untouched(client, asked) : exchange.start();
  }

  /** The mesh has said so; it is not asked again when the request is written. */
  private static Object[] untouched(Client client, RequestOptions asked) {
    try {
      return new Object[] {client.request(asked).onSuccess(Watched::leaveAlone), null};
    } catch (RuntimeException e) {
      return new Object[] {null, e};
    }
  }

  /** After an error of ours: what must be encrypted is refused. */
  static Object[] refusal(Throwable mistake, Object it, RequestOptions asked) {
    Client client = new Client(it);
    if (client.isSecured(asked)) {
      return null;
    }
    return Refusals.failClosed(
            VertxClientHooks.NAME, "http", client.host(asked), client.port(asked), mistake)
        .map(why -> new Object[] {Future.failedFuture(why), null})
        .orElse(null);
  }

  private Object[] start() {
    CompletableFuture<Outcome<Head>> outcome = steps.execute();
    Outcome<Head> now = outcome.getNow(null);
    if (now instanceof Outcome.Untouched) {
      return null;
    }
    Throwable atOnce = thrown;
    if (atOnce != null && now instanceof Outcome.Failed) {
      return new Object[] {null, atOnce};
    }
    outcome.thenAccept(this::came);
    return new Object[] {promise.future(), null};
  }

  String host() {
    return options.getHost();
  }

  HttpClientRequest request() {
    return request;
  }

  // Attempts.

  /** Asks the library for the request of an attempt; null: as it connects. */
  Future<HttpClientRequest> request(Target target) {
    if (connectMillis > 0 && request == null) {
      long left = connectMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      if (left <= 0) {
        return Future.failedFuture(timeUp(connectMillis));
      }
      options.setConnectTimeout(left);
    }
    return target == null ? client.request(options) : client.request(options, target);
  }

  private TimeoutException timeUp(long millis) {
    return new TimeoutException(
        "The timeout period of "
            + millis
            + "ms has been exceeded while executing "
            + view.method()
            + " "
            + view.target()
            + " for server "
            + view.host()
            + ":"
            + view.port());
  }

  /** An attempt has its connection; in the call's context. */
  void carriedBy(Flight flight, HttpClientRequest made) {
    current = flight;
    HttpClientRequest first = request;
    if (first != null) {
      flight.repeat(first, body);
      return;
    }
    server = serverOf(made);
    method = made.getMethod();
    view.given(made);
    request = made;
    if (idleMillis > 0) {
      forget =
          Delays.OF_JDK.after(
              TimeUnit.MILLISECONDS.toNanos(idleMillis), () -> run(this::idleTimeIsUp));
      // The library bounds the first attempt by itself, and we bound them all.
      options.setTimeout(-1).setIdleTimeout(-1);
    }
    options.setConnectTimeout(connectMillis > 0 ? connectMillis : -1);
    if (!promise.tryComplete(made)) {
      Flight.giveBack(made, null);
    }
  }

  private static String serverOf(HttpClientRequest made) {
    String whole = made.absoluteURI();
    return whole.substring(0, whole.length() - made.getURI().length());
  }

  /** A part of the request goes out. */
  void writes(Flight flight, Object piece, boolean end) {
    if (flight.request() == request) {
      body.writes(piece, end);
    }
  }

  /** For the head of an attempt. */
  Outgoing outgoing(MultiMap headers) {
    Outgoing outgoing = new Outgoing(headers, traceKnown);
    view.sent(outgoing);
    return outgoing;
  }

  /** Whether what is told is handed on by us, on this thread. */
  boolean isHandingOn() {
    return handing == Thread.currentThread();
  }

  /** Whether the application has the response of this attempt. */
  boolean isDelivered(Flight flight) {
    return delivered == flight;
  }

  /** Lets the library tell the application; in the call's context. */
  void handOn(Runnable telling) {
    handing = Thread.currentThread();
    try {
      telling.run();
    } finally {
      handing = null;
    }
  }

  /**
   * The application gives up, or the library for it, when its bound is over.
   *
   * @param cause null: none
   */
  void reset(Flight flight, Throwable cause) {
    if (flight.request() != request) {
      return;
    }
    givenUp = true;
    boolean timeUp = cause instanceof TimeoutException;
    if (!timeUp) {
      steps.giveUp(new IOException("the application has reset the request", cause), false);
    }
    Flight last = delivered == null ? current : delivered;
    if (last == flight) {
      // The library tells when it has done so; 5.1 only of what was sent.
      flight.unsent(cause);
      return;
    }
    if (timeUp) {
      idleTimeIsUp();
    } else {
      steps.stop();
      if (delivered != null) {
        delivered.expire(cause);
      }
    }
  }

  /** The application's bound is over, of an attempt after the first. */
  private void idleTimeIsUp() {
    Flight last = current;
    if (delivered != null || last == null || last.request() == request) {
      return;
    }
    givenUp = true;
    TimeoutException error = timeUp(idleMillis);
    steps.giveUp(Errors.timeout(error.getMessage()), true);
    last.expire(error);
    steps.stop();
  }

  void thrown(Throwable atCaller) {
    thrown = atCaller;
  }

  // The outcome.

  private void came(Outcome<Head> outcome) {
    forget.run();
    run(() -> handOn(outcome));
  }

  /** The library tells something, of which more may follow at once. */
  boolean inside(BooleanSupplier told) {
    inside = Thread.currentThread();
    try {
      return told.getAsBoolean();
    } finally {
      inside = null;
    }
  }

  /** In the call's context; right here where this is it. */
  private void run(Runnable task) {
    if (inside == Thread.currentThread()
        || (Vertx.currentContext() == context && Context.isOnVertxThread())) {
      task.run();
    } else {
      context.runOnContext(nothing -> task.run());
    }
  }

  private void handOn(Outcome<Head> came) {
    try {
      if (came instanceof Outcome.Delivered<Head> head) {
        if (head.answered()) {
          answerBy(head.response().answer());
        } else {
          deliver(head.response());
        }
      } else if (came instanceof Outcome.Stopped<Head> stopped) {
        fail(Errors.ofLibrary(stopped.why()));
      } else if (came instanceof Outcome.Failed<Head> failed) {
        fail(Errors.ofLibrary(failed.error()));
      } else {
        fail(new IOException("inboard: nothing was sent"));
      }
    } catch (Throwable e) {
      mistake(e);
      fail(new IOException("cannot hand on the response", e));
    }
  }

  private void deliver(Head head) {
    delivered = head.flight();
    BodyTap tap = null;
    try {
      tap = steps.tap(head.length()).orElse(null);
    } catch (RuntimeException e) {
      mistake(e);
    }
    head.flight().deliver(tap);
  }

  private void answerBy(Step.Answer answer) {
    Flight flight = new Flight(this, null, null, false);
    delivered = flight;
    HttpClientRequest made =
        AnswerStream.request(client, options, context, answer, flight::response);
    flight.answers(made);
    steps.done();
    HttpClientRequest first = request;
    if (first == null) {
      request = made;
      promise.tryComplete(made);
      return;
    }
    made.response()
        .onComplete(
            response -> handOn(() -> Members.HANDLE_RESPONSE.call(first, response.result())));
    made.end();
  }

  private void fail(Throwable error) {
    HttpClientRequest first = request;
    if (first == null) {
      promise.tryFail(error);
    } else {
      handOn(() -> Members.HANDLE_EXCEPTION.call(first, error));
      Flights.remove(first);
      Watched.leaveAlone(first); // What the application still writes goes nowhere.
    }
  }

  /** The response that the application has is over. */
  void ended(BodyTap tap, boolean atEnd) {
    Flights.remove(request);
    steps.ended(tap, atEnd);
  }

  // As the steps need it.

  @Override
  public Flight prepare(Attempt attempt) {
    Endpoint endpoint = attempt.endpoint().orElse(null);
    Target target =
        endpoint == null || endpoint.address().isUnresolved()
            ? null
            : new Target(endpoint, http2, attempt.connectTimeoutNanos());
    return new Flight(this, attempt, target, endpoint != null);
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

  /** What the application has made another request of, it has to send by itself. */
  @Override
  public boolean canSendAgain(Head head) {
    HttpClientRequest first = request;
    return !givenUp
        && (first == null
            || (body.isWhole() && first.getMethod() == method && serverOf(first).equals(server)));
  }

  @Override
  public CompletionStage<?> discard(Head head) {
    return head.flight().discard();
  }

  @Override
  public Head answer(Step.Answer answer) {
    return new Head(null, null, answer);
  }

  @Override
  public IOException timeout(String message) {
    return Errors.timeout(message);
  }

  @Override
  public Executor executor() {
    return task -> context.runOnContext(nothing -> task.run());
  }

  @Override
  public void mistake(Throwable error) {
    Log.warnOnce(
        VertxClientHooks.NAME, VertxClientHooks.NAME + ": a call is left as it stands: " + error);
  }
}
