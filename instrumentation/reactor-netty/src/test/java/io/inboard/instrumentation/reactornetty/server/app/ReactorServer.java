// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server.app;

import io.inboard.contract.PathHandlers;
import io.inboard.contract.PathHandlers.Router;
import io.inboard.contract.RunningServer;
import io.inboard.contract.SampleApplication;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A server of whatever version of reactor-netty this class was loaded beside. */
public final class ReactorServer implements RunningServer {
  private final DisposableServer server;

  /**
   * @param properties a {@code keystore} gives it TLS of its own, {@code http2} takes HTTP/2, too,
   *     a {@code router} serves paths
   * @param threads for requests; empty: the event loops
   */
  public ReactorServer(Map<String, String> properties, Optional<Executor> threads)
      throws Exception {
    Optional<Router> router = Optional.ofNullable(properties.get("router")).map(Router::valueOf);
    HttpServer made =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((request, response) -> serve(request, response, threads, router));
    if (properties.containsKey("http2")) {
      made = made.protocol(HttpProtocol.H2C, HttpProtocol.HTTP11);
    }
    if (properties.containsKey("keystore")) {
      SslContext own = secured(properties.get("keystore"));
      made = made.protocol(HttpProtocol.HTTP11).secure(spec -> spec.sslContext(own));
    }
    server = made.bindNow();
  }

  private static Publisher<Void> serve(
      HttpServerRequest request,
      HttpServerResponse response,
      Optional<Executor> threads,
      Optional<Router> router) {
    return request
        .receive()
        .aggregate()
        .asByteArray()
        .defaultIfEmpty(new byte[0])
        .flatMap(
            body -> {
              ReactorExchange exchange = new ReactorExchange(request, response, body);
              return threads
                  .map(
                      own ->
                          Mono.<Void>create(
                              sink ->
                                  own.execute(
                                      () ->
                                          Mono.defer(() -> run(exchange, router))
                                              .subscribe(v -> {}, sink::error, sink::success))))
                  .orElseGet(() -> run(exchange, router));
            });
  }

  private static Mono<Void> run(ReactorExchange exchange, Optional<Router> router) {
    try {
      if (router.isEmpty()) {
        SampleApplication.handle(exchange);
      } else {
        route(exchange, router.get());
      }
      return exchange.end();
    } catch (IOException e) {
      return Mono.error(e);
    }
  }

  private static void route(ReactorExchange exchange, Router router) throws IOException {
    String ran;
    try {
      boolean nameOnly =
          router == Router.DIRECTORIES && PathHandlers.PATHS.contains(exchange.path());
      ran = nameOnly ? PathHandlers.UNKNOWN : PathHandlers.choose(router, exchange.path());
    } catch (IllegalArgumentException e) {
      exchange.respond(400, 0).close();
      return;
    }
    byte[] body = PathHandlers.run(ran).getBytes(StandardCharsets.UTF_8);
    try (var out = exchange.respond(200, body.length)) {
      out.write(body);
    }
  }

  private static SslContext secured(String file) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = new FileInputStream(file)) {
      store.load(in, "changeit".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "changeit".toCharArray());
    return SslContextBuilder.forServer(keys).build();
  }

  @Override
  public int port() {
    return ((InetSocketAddress) server.address()).getPort();
  }

  @Override
  public void close() {
    server.disposeNow(Duration.ofSeconds(5));
  }
}
