// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * A collector that takes OTLP over HTTP, counts and forgets, in a process of its own, so that what
 * it costs is nobody's. The first part of the path is the variant that exports. Answers each line
 * on its standard input with all counts; ends with its input.
 */
final class SinkMain {
  /** What came from one variant. */
  private record Received(long exports, long bytes, long spans) {
    Received and(Received other) {
      return new Received(exports + other.exports, bytes + other.bytes, spans + other.spans);
    }
  }

  /** By variant; guarded by itself. */
  private final Map<String, Received> received = new TreeMap<>();

  private final HttpServer server;

  private SinkMain() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    server.createContext("/", this::take);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
  }

  public static void main(String[] arguments) throws IOException {
    SinkMain sink = new SinkMain();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (orders.readLine() != null) {
      System.out.println(sink.counts());
    }
    System.exit(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      String[] path = exchange.getRequestURI().getPath().split("/", 3);
      boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
      byte[] body;
      try (InputStream raw = exchange.getRequestBody();
          InputStream in = gzip ? new GZIPInputStream(raw) : raw) {
        body = in.readAllBytes();
      }
      long spans = path.length == 3 && path[2].endsWith("v1/traces") ? Spans.count(body) : 0;
      synchronized (received) {
        received.merge(path[1], new Received(1, body.length, spans), Received::and);
      }
      exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private String counts() {
    synchronized (received) {
      return received.entrySet().stream()
          .map(
              e ->
                  String.format(
                      "\"%s\":{\"exports\":%d,\"bytes\":%d,\"spans\":%d}",
                      e.getKey(),
                      e.getValue().exports(),
                      e.getValue().bytes(),
                      e.getValue().spans()))
          .collect(
              Collectors.joining(
                  ",", "{\"port\":" + server.getAddress().getPort() + ",\"from\":{", "}}"));
    }
  }
}
