// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A collector of the demo's own: OTLP over HTTP on a free loopback port, spans kept by trace. */
final class SpanReceiver implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "inboard-demo-spans");
            thread.setDaemon(true);
            return thread;
          });

  /** Guarded by this object's monitor, which is notified when spans arrive. */
  private final Map<String, List<Span>> traces = new HashMap<>();

  private SpanReceiver(HttpServer server) {
    this.server = server;
  }

  static SpanReceiver start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    SpanReceiver receiver = new SpanReceiver(server);
    server.createContext("/v1/traces", receiver::receive);
    server.setExecutor(receiver.threads);
    server.start();
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body;
      try (InputStream in = exchange.getRequestBody()) {
        body = in.readAllBytes();
      }
      int status = 200;
      try {
        add(OtlpReader.spans(body));
      } catch (IllegalArgumentException e) {
        status = 400;
      }
      // An empty message is an ExportTraceServiceResponse that has nothing to say.
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private synchronized void add(List<Span> spans) {
    for (Span span : spans) {
      traces.computeIfAbsent(span.traceId(), id -> new ArrayList<>()).add(span);
    }
    notifyAll();
  }

  /** What has arrived of a trace until now. */
  synchronized List<Span> trace(String traceId) {
    return List.copyOf(traces.getOrDefault(traceId, List.of()));
  }

  /** The trace as soon as it has all that is asked for, or what there is after that time. */
  synchronized List<Span> await(String traceId, Predicate<List<Span>> complete, long millis) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!complete.test(trace(traceId))) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        break;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    return trace(traceId);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
