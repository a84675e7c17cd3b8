// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.vertx;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.WebClient;

/** Says hello by vertx-web, and calls others by its WebClient. */
public final class VertxService extends AbstractVerticle {
  private final int port;
  private final String name;
  private WebClient client;

  private VertxService(int port, String name) {
    this.port = port;
    this.name = name;
  }

  /** Takes its port and its name. */
  public static void main(String[] arguments) {
    Vertx.vertx().deployVerticle(new VertxService(Integer.parseInt(arguments[0]), arguments[1]));
  }

  @Override
  public void start(Promise<Void> started) {
    client = WebClient.create(vertx);
    Router router = Router.router(vertx);
    router.get("/hello").handler(routing -> routing.response().end("hello from vertx"));
    router.get("/items/:id").handler(this::item);
    router.get("/blocking/:id").blockingHandler(this::blocking);
    router.get("/headers").handler(this::headers);
    router.get("/call").handler(this::call);
    vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(port, "127.0.0.1")
        .onSuccess(server -> System.out.println(name + " listens on " + server.actualPort()))
        .<Void>mapEmpty()
        .onComplete(started);
  }

  /** Later, on the event loop. */
  private void item(RoutingContext routing) {
    vertx.setTimer(20, id -> routing.response().end("item " + routing.pathParam("id")));
  }

  /** On a worker thread. */
  private void blocking(RoutingContext routing) {
    routing.response().end("blocking " + routing.pathParam("id"));
  }

  private void headers(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    StringBuilder text = new StringBuilder();
    request
        .headers()
        .forEach(
            header ->
                text.append(header.getKey()).append(": ").append(header.getValue()).append('\n'));
    routing.response().end(text.toString());
  }

  /** Calls another service once blocking code has run. */
  private void call(RoutingContext routing) {
    vertx
        .executeBlocking(() -> routing.request().getParam("url"))
        .compose(url -> client.getAbs(url).send())
        .onSuccess(
            response ->
                routing
                    .response()
                    .setStatusCode(response.statusCode())
                    .end(response.bodyAsString()))
        .onFailure(error -> routing.response().setStatusCode(502).end(error.toString()));
  }
}
