// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Endpoint;
import io.inboard.call.client.Refusals;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.util.Promise;

/** {@code Destination#newConnection} by the application: outside of Jetty's pools. */
final class OwnHttpConnection extends OwnConnection {
  /** By a promise of its own, which has no name before 10. */
  private static final String POOL = Members.P + "AbstractConnectionPool";

  private final Object asked;
  private final Promise<Object> promise;

  private OwnHttpConnection(Call call, Object asked, Promise<Object> promise) {
    super(call);
    this.asked = asked;
    this.promise = promise;
  }

  /**
   * {@code HttpClient#newConnection}.
   *
   * @return whether it is opened, or refused, here
   */
  static boolean takes(Object destination, Promise<Object> promise) {
    if (isPools(promise)
        || promise instanceof Told
        || Route.of(Jetty.origin(destination)) != null
        || !Guard.isPlain(destination)
        || Jetty.isProxied(destination)) {
      return Guard.refuses(destination, promise);
    }
    Origin.Address to = Jetty.origin(destination).getAddress();
    int port = HttpClient.normalizePort("http", to.getPort());
    Optional<Call> call = call(new Opening(JettyClientHooks.NAME, to.getHost(), port));
    return (call.isPresent() && new OwnHttpConnection(call.get(), destination, promise).start())
        || Guard.refuses(destination, promise);
  }

  private static boolean isPools(Promise<?> promise) {
    return promise.getClass().getName().startsWith(POOL);
  }

  @Override
  void open(Attempt attempt, Optional<Endpoint> endpoint) {
    Object to = endpoint.map(e -> Route.destination(asked, attempt, e, null)).orElse(asked);
    Members.NEW_CONNECTION.call(Jetty.client(asked), to, new Told(this, attempt));
  }

  @Override
  void give(Object connection) {
    promise.succeeded(connection);
  }

  @Override
  void drop(Object connection) {
    try {
      ((Closeable) connection).close();
    } catch (IOException e) {
      // It is gone already.
    }
  }

  @Override
  void tell(Throwable why) {
    promise.failed(why);
  }

  @Override
  Executor executor() {
    return Jetty.client(asked).getExecutor();
  }

  /** What Jetty tells of the connection that we have asked it for. */
  private record Told(OwnConnection of, Attempt attempt) implements Promise<Object> {
    @Override
    public void succeeded(Object connection) {
      of.opened(connection);
    }

    @Override
    public void failed(Throwable why) {
      of.failed(attempt, why);
    }
  }

  /**
   * {@code HttpConnection#send(HttpChannel, HttpExchange)}: what goes over a connection of the
   * application's own that was opened in plaintext, and leads to where mutual TLS is asked for by
   * now.
   *
   * @return a {@code SendFailure} in place of sending; null: send
   */
  static Object refusal(Object connection, Object exchange) {
    Hop hop = Jetty.hop(Jetty.conversation(exchange));
    if (hop != null && hop.find(exchange) != null) {
      return null; // Judged where it was given its connection.
    }
    Object destination = Members.DESTINATION_OF.call(connection);
    Route route = Route.of(Jetty.origin(destination));
    if ((route != null && route.isSecured())
        || !Guard.isPlain(destination)
        || Jetty.isProxied(destination)) {
      return null;
    }
    Object request = Jetty.request(exchange);
    Origin.Address to = Jetty.origin(destination).getAddress();
    return refusal(Jetty.host(request), Jetty.port(request))
        .or(() -> refusal(to.getHost(), to.getPort()))
        .map(why -> Members.NEW_SEND_FAILURE.call(why, false))
        .orElse(null);
  }

  private static Optional<SSLException> refusal(String host, int port) {
    return Refusals.failClosed(JettyClientHooks.NAME, "http", host, port, null);
  }
}
