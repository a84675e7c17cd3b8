// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client.app;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Calls others by whatever version of Vert.x this class was loaded beside, at an address that it
 * has chosen itself.
 */
public final class VertxCaller
    implements Function<Request, CompletableFuture<Response>>, AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;

  /** By reflection: the method's result is another type in 5. */
  public VertxCaller() throws ReflectiveOperationException {
    client = (HttpClient) Vertx.class.getMethod("createHttpClient").invoke(vertx);
  }

  /** By reflection: the method's parameter is another type in 5. */
  private static void goTo(RequestOptions options, SocketAddress server) {
    try {
      for (Method each : RequestOptions.class.getMethods()) {
        if (each.getName().equals("setServer") && !each.isBridge()) {
          each.invoke(options, server);
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CompletableFuture<Response> apply(Request request) {
    RequestOptions options =
        // HttpMethod is an interface in 4, a class in 5.
        new RequestOptions(new JsonObject().put("method", request.method()))
            .setAbsoluteURI(request.uri().toString())
            .setFollowRedirects(true);
    request.headers().forEach(options::putHeader);
    goTo(
        options, SocketAddress.inetSocketAddress(request.uri().getPort(), request.uri().getHost()));
    return client
        .request(options)
        .compose(made -> request.hasBody() ? made.send(Buffer.buffer(request.body())) : made.send())
        .compose(
            answer -> answer.body().map(body -> new Response(answer.statusCode(), body.getBytes())))
        .toCompletionStage()
        .toCompletableFuture();
  }

  @Override
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
