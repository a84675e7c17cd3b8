// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.contract.Capability;
import io.inboard.contract.Request;
import io.inboard.contract.Response;
import io.inboard.contract.Running;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionPoolMetrics;
import reactor.netty.resources.ConnectionProvider;

/** What an application does with the client, as the contracts ask for it. */
record Application(HttpClient client) {
  /** The pools of the JVM's one application. */
  static final List<ConnectionPoolMetrics> POOLS = new CopyOnWriteArrayList<>();

  static final Application HERE =
      new Application(
          HttpClient.create(
                  ConnectionProvider.builder("application")
                      .maxConnections(50)
                      .metrics(true, () -> (pool, id, remote, metrics) -> POOLS.add(metrics))
                      .build())
              .followRedirect(true));

  /** HTTP/2 of a URL that says http. */
  static final Application HTTP2 =
      new Application(
          HttpClient.create(ConnectionProvider.create("http2", 50)).protocol(HttpProtocol.H2C));

  /** HTTP/1.1 that asks for HTTP/2 of a URL that says http. */
  static final Application UPGRADING =
      new Application(
          HttpClient.create(ConnectionProvider.create("upgrading", 50))
              .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C));

  /** It repeats nothing that was sent, and waits for the end of TCP. */
  static Set<Capability> capabilities() {
    return EnumSet.complementOf(
        EnumSet.of(
            Capability.REPEATS,
            Capability.HTTP2,
            Capability.SEES_END_OF_TLS,
            Capability.KEEPS_RESET_CONNECTION));
  }

  Mono<Response> mono(Request request) {
    HttpClient of = client.headers(headers -> request.headers().forEach(headers::add));
    if (!request.readTimeout().isZero()) {
      of = of.responseTimeout(request.readTimeout());
    }
    if (!request.connectTimeout().isZero()) {
      of =
          of.option(
              ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) request.connectTimeout().toMillis());
    }
    HttpClient.RequestSender sender =
        of.request(HttpMethod.valueOf(request.method())).uri(request.uri());
    return (request.hasBody() ? sender.send(body(request)) : sender)
        .responseSingle(
            (head, body) ->
                body.asByteArray()
                    .defaultIfEmpty(new byte[0])
                    .map(bytes -> new Response(head.status().code(), bytes)));
  }

  private static org.reactivestreams.Publisher<ByteBuf> body(Request request) {
    if (!request.oneShot()) {
      return Mono.fromSupplier(() -> Unpooled.wrappedBuffer(request.body()));
    }
    List<ByteBuf> pieces = new ArrayList<>();
    byte[] body = request.body();
    for (int i = 0; i < body.length; i += 4096) {
      pieces.add(
          Unpooled.wrappedBuffer(Arrays.copyOfRange(body, i, Math.min(body.length, i + 4096))));
    }
    return Flux.fromStream(pieces.stream());
  }

  Response send(Request request) throws Exception {
    CompletableFuture<Response> future = mono(request).toFuture();
    try {
      Response response = future.get();
      awaitRelease();
      return response;
    } catch (InterruptedException e) {
      future.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /**
   * The library hands on the end of a response before it gives the connection back: a thread that
   * is quick gets another one. Calls beside this one may have theirs, so that is no condition.
   */
  private static void awaitRelease() throws InterruptedException {
    for (int i = 0; i < 20 && POOLS.stream().anyMatch(pool -> pool.acquiredSize() > 0); i++) {
      Thread.sleep(1);
    }
  }

  Running start(Request request) {
    CompletableFuture<Response> future = mono(request).toFuture();
    return new Running(future, () -> future.cancel(true));
  }
}
