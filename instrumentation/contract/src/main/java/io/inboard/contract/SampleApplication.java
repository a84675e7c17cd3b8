// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The application behind every server of the contract. It knows nothing of the mesh. */
public final class SampleApplication {
  private static final String[] SHOWN_HEADERS = {
    "x-forwarded-client-cert",
    "x_forwarded_client_cert",
    "x_forwarded-client_cert",
    "x-mine",
    "x_mine",
    "traceparent",
    "host"
  };

  /** The paths that it serves; a subclass maps each of them as a route of its own. */
  public static final String[] PATHS = {
    "/hello",
    "/echo",
    "/async",
    "/stream",
    "/throw",
    "/headers",
    "/file",
    "/context",
    "/own",
    "/lingers"
  };

  private static volatile CountDownLatch lingering = new CountDownLatch(0);

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final byte[] CONTENT = new byte[300_000];

  static {
    for (int i = 0; i < CONTENT.length; i++) {
      CONTENT[i] = (byte) (i * 31 + (i >> 8));
    }
  }

  private SampleApplication() {}

  /** How many requests have reached the application in this JVM. */
  public static int calls() {
    return CALLS.get();
  }

  /** From now on {@code /lingers} answers, and then works on until the latch is open. */
  public static void linger(CountDownLatch until) {
    lingering = until;
  }

  /** What {@code /file} answers. */
  public static byte[] content() {
    return CONTENT.clone();
  }

  /** Answers one request. */
  public static void handle(Exchange exchange) throws IOException {
    CALLS.incrementAndGet();
    switch (exchange.path()) {
      case "/hello" -> text(exchange, "hello");
      case "/echo" -> bytes(exchange, exchange.body().readAllBytes());
      case "/async" -> {
        exchange.body().readAllBytes();
        exchange.async(
            later -> {
              Eventually.pause(20);
              text(later, "later");
            });
      }
      case "/stream" -> {
        try (OutputStream out = exchange.respond(200, -1)) {
          for (int i = 0; i < 20; i++) {
            out.write(("event " + i + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
          }
        }
      }
      case "/throw" -> throw new IllegalStateException("the application's own error");
      case "/headers" -> {
        StringBuilder text = new StringBuilder();
        for (String name : SHOWN_HEADERS) {
          text.append(name).append('=').append(exchange.headers(name)).append('\n');
        }
        text(exchange, text.toString());
      }
      case "/file" -> exchange.respondFile(file());
      case "/context" ->
          text(
              exchange,
              ScriptedInbound.requestOfThisThread().map(SeenRequest::path).orElse("none"));
      case "/lingers" -> {
        text(exchange, "done");
        try {
          lingering.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      case "/own" -> {
        exchange.header("x-inboard-no-retry", "mine");
        bytes(exchange, 500, new byte[0]);
      }
      default -> bytes(exchange, 404, "no such thing".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void text(Exchange exchange, String text) throws IOException {
    bytes(exchange, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void bytes(Exchange exchange, byte[] body) throws IOException {
    bytes(exchange, 200, body);
  }

  private static void bytes(Exchange exchange, int status, byte[] body) throws IOException {
    try (OutputStream out = exchange.respond(status, body.length)) {
      out.write(body);
    }
  }

  private static synchronized File file() throws IOException {
    File file = TemporaryFiles.file("content", ".bin");
    Files.write(file.toPath(), CONTENT);
    return file;
  }
}
