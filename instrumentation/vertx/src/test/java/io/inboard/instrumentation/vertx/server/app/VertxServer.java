// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server.app;

import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A server of whatever version of Vert.x this class was loaded beside. */
public final class VertxServer implements RunningServer {
  private static final Set<Router> BY_THE_SERVER = EnumSet.of(Router.SERVER, Router.DIRECTORIES);

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  /**
   * @param properties a {@code keystore} gives it TLS of its own, a {@code router} serves paths
   * @param threads for requests; empty: the event loops
   */
  public VertxServer(Map<String, String> properties, Optional<Executor> threads) throws Exception {
    Optional<Router> router = Optional.ofNullable(properties.get("router")).map(Router::valueOf);
    // Without it Vert.x leaves the answer to the application.
    HttpServerOptions options = new HttpServerOptions().setHandle100ContinueAutomatically(true);
    if (properties.containsKey("keystore")) {
      options.setSsl(true);
      options.setKeyCertOptions(
          new PfxOptions().setPath(properties.get("keystore")).setPassword("changeit"));
    }
    HttpServer made = vertx.createHttpServer(options);
    if (router.isPresent() && BY_THE_SERVER.contains(router.get())) {
      made.requestHandler(routes(router.get()));
    } else {
      made.requestHandler(request -> read(request, threads, router));
    }
    server =
        made.listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
  }

  /** By vertx-web. */
  private io.vertx.ext.web.Router routes(Router by) {
    io.vertx.ext.web.Router router = io.vertx.ext.web.Router.router(vertx);
    for (String path : PathHandlers.PATHS) {
      if (by == Router.SERVER) {
        router.route(path).handler(routing -> ran(routing.request(), path));
      }
      // What vertx-web takes for the directory's own name, too.
      router
          .route(path + "/*")
          .handler(
              routing -> {
                boolean itself = path.equals(routing.normalizedPath());
                if (by == Router.DIRECTORIES && itself) {
                  routing.next();
                } else {
                  ran(routing.request(), path);
                }
              });
    }
    router.route().handler(routing -> ran(routing.request(), PathHandlers.UNKNOWN));
    return router;
  }

  private static void ran(HttpServerRequest request, String handler) {
    request.response().end(PathHandlers.run(handler));
  }

  private void read(
      HttpServerRequest request, Optional<Executor> threads, Optional<Router> router) {
    request
        .body()
        .onSuccess(
            body -> {
              VertxExchange exchange = new VertxExchange(vertx, request, body.getBytes());
              if (threads.isPresent()) {
                threads.get().execute(() -> run(exchange, request, router));
              } else {
                run(exchange, request, router);
              }
            });
  }

  private void run(VertxExchange exchange, HttpServerRequest request, Optional<Router> router) {
    try {
      if (router.isEmpty()) {
        SampleApplication.handle(exchange);
      } else {
        route(exchange, router.get());
      }
    } catch (IOException e) {
      request.connection().close();
    } catch (RuntimeException e) {
      // Vert.x logs it, and leaves the connection as it is.
      vertx.runOnContext(later -> request.connection().close());
      throw e;
    }
  }

  private static void route(VertxExchange exchange, Router router) throws IOException {
    String ran;
    try {
      ran = PathHandlers.choose(router, exchange.path());
    } catch (IllegalArgumentException e) {
      exchange.respond(400, 0).close();
      return;
    }
    byte[] body = PathHandlers.run(ran).getBytes(StandardCharsets.UTF_8);
    try (var out = exchange.respond(200, body.length)) {
      out.write(body);
    }
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
