// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server.app;

import io.inboard.contract.RunningServer;
import io.inboard.contract.ScriptedInbound;
import io.inboard.contract.SeenRequest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** An application of vertx-web, of whatever version this class was loaded beside. */
public final class RoutedServer implements RunningServer {
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  /** Nothing of the two is used. */
  public RoutedServer(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    Router orders = Router.router(vertx);
    orders.get("/:id").handler(this::hello);
    orders.get("/:id/lines/*").handler(this::hello);
    Router router = Router.router(vertx);
    // What every request passes first, one with a path and one without.
    router.route().handler(RoutingContext::next);
    router.route("/shop/*").handler(RoutingContext::next);
    router.get("/shop/items/:id").handler(this::hello);
    router.getWithRegex("/numbers/(\\d+)").handler(this::hello);
    router.get("/failing/:id").handler(this::fail);
    router.get("/failed/:id").handler(routing -> routing.fail(409, new IllegalStateException()));
    router.get("/blocking/:id").blockingHandler(this::hello);
    router.route("/shop/:customer/orders/*").subRouter(orders);
    router.get("/context").handler(this::context);
    router.get("/upgrade").handler(this::webSocket);
    server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
  }

  private void hello(RoutingContext routing) {
    routing.response().end("hello");
  }

  private void fail(RoutingContext routing) {
    throw new IllegalStateException("the application's own error");
  }

  private void webSocket(RoutingContext routing) {
    routing
        .request()
        .toWebSocket()
        .onSuccess(socket -> socket.textMessageHandler(socket::writeTextMessage));
  }

  /** Says which request each step of a chain works for. */
  private void context(RoutingContext routing) {
    StringBuilder seen = new StringBuilder("handler " + here());
    Context context = vertx.getOrCreateContext();
    Promise<Void> other = Promise.promise();
    Future<Void> timer = timer(seen);
    timer
        .compose(v -> vertx.executeBlocking(() -> note(seen, "blocking")))
        .compose(v -> vertx.executeBlocking(() -> note(seen, "unordered"), false))
        .map(v -> note(seen, "composed"))
        .onSuccess(
            v ->
                context.runOnContext(
                    w -> {
                      note(seen, "context");
                      foreign(() -> context.runOnContext(x -> other.complete()));
                    }));
    other
        .future()
        .onSuccess(
            v -> {
              note(seen, "from elsewhere");
              routing.response().end(seen.toString());
            });
  }

  private Future<Void> timer(StringBuilder seen) {
    Promise<Void> over = Promise.promise();
    vertx.setTimer(
        1,
        id -> {
          note(seen, "timer");
          over.complete();
        });
    return over.future();
  }

  /** On a thread that works for nobody. */
  private static void foreign(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }

  private static Object note(StringBuilder seen, String where) {
    synchronized (seen) {
      seen.append(", ").append(where).append(' ').append(here());
    }
    return null;
  }

  private static String here() {
    return ScriptedInbound.requestOfThisThread().map(SeenRequest::query).orElse("none");
  }

  @Override
  public int port() {
    return server.actualPort();
  }

  @Override
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
