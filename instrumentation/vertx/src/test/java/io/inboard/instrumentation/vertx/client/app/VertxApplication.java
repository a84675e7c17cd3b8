// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client.app;

import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** An application of whatever version of Vert.x this class was loaded beside. */
public class VertxApplication
    implements Function<Request, CompletableFuture<Response>>, AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client;

  /** Held, for the library closes one that is garbage. */
  private final WebSocketClient webSockets = vertx.createWebSocketClient();

  public VertxApplication() throws ReflectiveOperationException {
    this(new HttpClientOptions());
  }

  /** By reflection: the method's result is another type in 5. */
  VertxApplication(HttpClientOptions options) throws ReflectiveOperationException {
    client =
        (HttpClient)
            Vertx.class
                .getMethod("createHttpClient", HttpClientOptions.class)
                .invoke(vertx, options);
  }

  /** HTTP/2 of a URL that says http. */
  public static final class OfHttp2 extends VertxApplication {
    public OfHttp2() throws ReflectiveOperationException {
      super(
          new HttpClientOptions()
              .setProtocolVersion(HttpVersion.HTTP_2)
              .setHttp2ClearTextUpgrade(true));
    }
  }

  static RequestOptions options(Request request) {
    RequestOptions options =
        // HttpMethod is an interface in 4, a class in 5.
        new RequestOptions(new JsonObject().put("method", request.method()))
            .setAbsoluteURI(request.uri().toString())
            .setFollowRedirects(true);
    request.headers().forEach(options::putHeader);
    if (!request.readTimeout().isZero()) {
      options.setIdleTimeout(request.readTimeout().toMillis());
    }
    if (!request.connectTimeout().isZero()) {
      options.setConnectTimeout(request.connectTimeout().toMillis());
    }
    return options;
  }

  @Override
  public CompletableFuture<Response> apply(Request request) {
    CompletableFuture<Response> answered = new CompletableFuture<>();
    client
        .request(options(request))
        .compose(made -> send(made, request))
        .compose(
            answer -> answer.body().map(body -> new Response(answer.statusCode(), body.getBytes())))
        .onComplete(
            result -> {
              if (result.succeeded()) {
                answered.complete(result.result());
              } else {
                answered.completeExceptionally(ofItsKind(result.cause()));
              }
            });
    return answered;
  }

  /** Sends, and gives up when told so. By reflection: the method's result is another type in 5. */
  public final CompletableFuture<Response> sendUntil(
      Request request, CompletableFuture<Void> givenUp) {
    CompletableFuture<Response> answered = new CompletableFuture<>();
    client
        .request(options(request))
        .compose(
            made -> {
              givenUp.thenRun(
                  () -> {
                    try {
                      HttpClientRequest.class.getMethod("reset").invoke(made);
                    } catch (ReflectiveOperationException e) {
                      answered.completeExceptionally(e);
                    }
                  });
              return send(made, request);
            })
        .compose(
            answer -> answer.body().map(body -> new Response(answer.statusCode(), body.getBytes())))
        .onComplete(
            result -> {
              if (result.succeeded()) {
                answered.complete(result.result());
              } else {
                answered.completeExceptionally(result.cause());
              }
            });
    return answered;
  }

  /** What comes back over a WebSocket. */
  public final CompletableFuture<String> conversation(String host, int port, String text) {
    CompletableFuture<String> answered = new CompletableFuture<>();
    webSockets
        .connect(port, host, "/echo")
        .onComplete(
            result -> {
              if (result.failed()) {
                answered.completeExceptionally(result.cause());
              } else {
                result.result().textMessageHandler(answered::complete);
                result.result().writeTextMessage(text);
              }
            });
    return answered;
  }

  private static Future<HttpClientResponse> send(HttpClientRequest made, Request request) {
    if (!request.hasBody()) {
      return made.send();
    }
    if (!request.oneShot()) {
      return made.send(Buffer.buffer(request.body()));
    }
    made.setChunked(true);
    byte[] body = request.body();
    for (int i = 0; i < body.length; i += 4096) {
      made.write(Buffer.buffer(Arrays.copyOfRange(body, i, Math.min(body.length, i + 4096))));
    }
    made.end();
    return made.response();
  }

  /** The contracts know an error of a connection as an IOException, which the library's is not. */
  private static Throwable ofItsKind(Throwable error) {
    return error instanceof VertxException ? new IOException(error.getMessage(), error) : error;
  }

  /**
   * Sends, and waits for the library to have its connection back: it hands on the end of a response
   * before, and a thread that is quick gets another one.
   */
  public final Response send(Request request) throws Exception {
    try {
      return apply(request).get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : new CompletionException(e.getCause());
    } finally {
      CountDownLatch free = new CountDownLatch(1);
      vertx.getOrCreateContext().runOnContext(nothing -> free.countDown());
      if (!free.await(20, TimeUnit.SECONDS)) {
        throw new TimeoutException("an event loop hangs");
      }
    }
  }

  @Override
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
