// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Inboard;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.ComplexCancellable;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.AsyncPushConsumer;
import org.apache.hc.core5.http.nio.HandlerFactory;
import org.apache.hc.core5.http.protocol.HttpContext;

/** {@code execute} of a minimal client, which is all of that client. */
final class AsyncMinimal extends AsyncWay {
  /** The library's method. */
  interface Execute {
    Cancellable execute(
        AsyncClientExchangeHandler exchange,
        HandlerFactory<AsyncPushConsumer> pushed,
        HttpContext context);
  }

  /** Of 5.0 and 5.1 the pool of HTTP/2 is a class of httpcore5, and everybody's. */
  private static final boolean H2_IS_REACHED = AsyncMembers.H2_GET_SESSION.isThere();

  private final Execute library;
  private final HandlerFactory<AsyncPushConsumer> pushed;
  private final HttpContext context;

  /** What the application cancels. */
  private final ComplexCancellable call;

  private AsyncMinimal(
      Execute library,
      HandlerFactory<AsyncPushConsumer> pushed,
      HttpContext context,
      ComplexCancellable call,
      HttpRequest request,
      AsyncEntityProducer body,
      AsyncExecCallback application) {
    super(request, body, application, Talk.alone());
    this.library = library;
    this.pushed = pushed;
    this.context = context;
    this.call = call;
  }

  /**
   * Begins a call.
   *
   * @param isPooled whether its connections are those of the library's pool
   * @return what the application gets; null to let the library go on
   */
  static Object[] begin(
      Execute library,
      AsyncClientExchangeHandler exchange,
      HandlerFactory<AsyncPushConsumer> pushed,
      HttpContext given,
      boolean isPooled) {
    boolean hides = Flights.isUnderWay();
    if (exchange == null
        || exchange instanceof MinimalExchange
        || (Inboard.outbound().disabled() && !hides)) {
      return null;
    }
    if (!isPooled && !H2_IS_REACHED) {
      // It goes past the mesh, and to no host that must be encrypted: see Securing#opening.
      return null;
    }
    HttpContext context = given == null ? HttpClientContext.create() : given;
    ComplexCancellable call = new ComplexCancellable();
    MinimalApplication application = new MinimalApplication(exchange, context);
    try {
      exchange.produceRequest(
          (request, details, ignored) ->
              run(
                  new AsyncMinimal(
                      library,
                      pushed,
                      context,
                      call,
                      request,
                      details == null ? null : new MinimalBody(exchange, details),
                      application)),
          context);
    } catch (HttpException | IOException | RuntimeException e) {
      application.failed(e);
    }
    return new Object[] {call};
  }

  private static void run(AsyncMinimal way) throws HttpException, IOException {
    Object[] outcome;
    try {
      outcome = AsyncHop.begin(way);
    } catch (RuntimeException | LinkageError e) {
      AsyncHop.say(e);
      SSLException refused = HopRequest.failClosed(way.target(), e).orElse(null);
      outcome = refused == null ? null : new Object[] {refused};
    }
    if (outcome == null) {
      way.send(way.request(), way.body(), new Unseen(way.application()));
    } else if (outcome[0] instanceof Exception refused) {
      way.application().failed(refused);
    }
  }

  @Override
  HttpHost target() {
    String scheme = request().getScheme();
    return new HttpHost(scheme == null ? "http" : scheme, request().getAuthority());
  }

  @Override
  boolean isProxied() {
    return false;
  }

  @Override
  HttpContext context() {
    return context;
  }

  @Override
  void send(HttpRequest sent, AsyncEntityProducer sentBody, AsyncExecCallback told) {
    library.execute(new MinimalExchange(sent, sentBody, told), pushed, context);
  }

  /** It repeats nothing, and there is nothing to say about it. */
  @Override
  boolean lets(Throwable error, HttpResponse response, int sends) {
    return true;
  }

  @Override
  boolean isCancelled() {
    return call.isCancelled() && !((MinimalApplication) application()).isEnded();
  }

  @Override
  void whenCancelled(Cancellable then) {
    call.setDependency(then);
  }

  /** It takes a connection for each exchange, and gives it back by itself. */
  @Override
  void ready(boolean anotherConnection) {}

  @Override
  boolean holdsConnection() {
    return false;
  }

  @Override
  void release() {}

  @Override
  void discard() {}
}
