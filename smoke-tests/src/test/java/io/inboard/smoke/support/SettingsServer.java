// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** An endpoint that settings come from, with ETag; or one that does what endpoints should not. */
public final class SettingsServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger handedOut;

  private SettingsServer(Behaviour behaviour, AtomicInteger handedOut) throws IOException {
    this.handedOut = handedOut;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            behaviour.answer(exchange);
          }
        });
    server.start();
  }

  /** What one GET is answered with. */
  public interface Behaviour {
    void answer(HttpExchange exchange) throws IOException;
  }

  /** Serves what the supplier says now; 304 to who has it already. */
  public static SettingsServer of(Supplier<String> settings) throws IOException {
    AtomicInteger handedOut = new AtomicInteger();
    return new SettingsServer(
        exchange -> {
          byte[] body = settings.get().getBytes(UTF_8);
          String etag = '"' + Integer.toHexString(new String(body, UTF_8).hashCode()) + '"';
          if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
          }
          exchange.getResponseHeaders().set("ETag", etag);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          handedOut.incrementAndGet();
        },
        handedOut);
  }

  public static SettingsServer behaving(Behaviour behaviour) throws IOException {
    return new SettingsServer(behaviour, new AtomicInteger());
  }

  /** How many whole settings were sent: 304 does not count. */
  public int handedOut() {
    return handedOut.get();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/settings.yaml";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
