// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import static io.inboard.contract.Eventually.eventually;

import io.inboard.contract.Received;
import io.inboard.contract.TestIdentity;
import io.inboard.contract.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Servers, a client, and what an application saw of its calls, without ports. */
final class Stage implements AutoCloseable {
  final TestServer server;

  /** One that the mesh has no part in: a proxy, or one with TLS of its own. */
  final TestServer plain = TestServer.plain();

  final TestServer https;
  final HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
  final List<String> seen = new ArrayList<>();

  /**
   * @param server where calls go
   * @param identity of the server that speaks TLS
   */
  Stage(TestServer server, TestIdentity identity) throws IOException {
    this.server = server;
    this.https = TestServer.secured(identity);
  }

  HttpRequest.Builder request() {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/a?b=c"));
  }

  void send(HttpRequest.Builder request) {
    HttpClient built = client.build();
    see(() -> built.send(request.build(), BodyHandlers.ofString()));
    see(() -> built.sendAsync(request.build(), BodyHandlers.ofString()).get(9, TimeUnit.SECONDS));
  }

  void see(Callable<HttpResponse<?>> call) {
    try {
      see(call.call());
    } catch (Exception e) {
      Throwable error = e instanceof ExecutionException ? e.getCause() : e;
      seen.add(error.getClass() + ": " + error.getMessage());
    }
  }

  private void see(HttpResponse<?> response) {
    for (HttpResponse<?> each = response;
        each != null;
        each = each.previousResponse().orElse(null)) {
      seen.add(
          String.join(
              " ",
              String.valueOf(each.statusCode()),
              each.uri().toString(),
              String.valueOf(each.body()),
              each.headers().map().toString(),
              each.request().headers().map().toString(),
              each.sslSession().isPresent() ? "TLS" : "plaintext"));
    }
  }

  /** So many connections were ended by the client in the middle of a call. */
  void isLeft(int times) {
    eventually(() -> server.left() == times, () -> "the end of the connection");
  }

  List<String> all() {
    for (TestServer each : List.of(server, plain, https)) {
      each.received().forEach(request -> seen.add(text(request)));
      seen.add(each.left() + " were left");
    }
    seen.replaceAll(
        line ->
            line.replace(":" + server.port(), ":SERVER")
                .replace(":" + plain.port(), ":PLAIN")
                .replace(":" + https.port(), ":HTTPS"));
    return seen;
  }

  private static String text(Received request) {
    List<String> headers =
        request.headers().stream()
            .map(h -> h.getKey() + ": " + h.getValue())
            .filter(h -> !h.toLowerCase(Locale.ROOT).startsWith("x-"))
            .filter(h -> !h.toLowerCase(Locale.ROOT).startsWith("traceparent"))
            .sorted()
            .toList();
    return request.method() + " " + request.target() + " " + headers + " " + request.text();
  }

  @Override
  public void close() {
    server.close();
    plain.close();
    https.close();
  }
}
