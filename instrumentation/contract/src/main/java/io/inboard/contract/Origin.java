// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server that answers every target with the same bytes each time, and writes down what it saw:
 * connection, request line, headers but for those that the mesh adds, body.
 */
public final class Origin implements AutoCloseable {
  /** What it answers to a request; null: nothing, and the connection stays open. */
  @FunctionalInterface
  public interface Answers {
    String answer(String method, String target, String head);
  }

  private final ServerSocket listener;
  private final Answers answers;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  private final Optional<TestIdentity> identity;

  /**
   * @param identity for mutual TLS; empty: plaintext
   */
  public Origin(Answers answers, Optional<TestIdentity> identity) throws IOException {
    this.answers = answers;
    this.identity = identity;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** On loopback. */
  public int port() {
    return listener.getLocalPort();
  }

  /** Without the port, which is another one for each run. */
  public String seen() {
    return String.join("\n", seen).replace(Integer.toString(port()), "PORT");
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        int number = connections.incrementAndGet();
        daemon(() -> serve(socket, number));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket accepted, int number) {
    try (Socket socket = identity.isPresent() ? identity.get().accept(accepted) : accepted) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String requestLine = line(in);
        if (requestLine == null) {
          return;
        }
        TreeSet<String> headers = new TreeSet<>();
        for (String h = line(in); h != null && !h.isEmpty(); h = line(in)) {
          String name = h.toLowerCase(Locale.ROOT);
          if (!name.startsWith("traceparent:") && !name.startsWith("x-envoy-")) {
            headers.add(h);
          }
        }
        String[] parts = requestLine.split(" ");
        String head = String.join("|", headers);
        boolean refusesBody = false;
        if (head.contains("Expect: 100-continue")) {
          refusesBody = parts[1].contains("417");
          if (!refusesBody && !parts[1].contains("silent")) {
            write(socket, "HTTP/1.1 100 Continue\r\n\r\n");
          }
        }
        String body = refusesBody ? "" : body(in, head);
        seen.add(number + ": " + requestLine + " [" + head + "] " + body);
        String answer = answers.answer(parts[0], parts[1], head);
        if (answer != null) {
          write(socket, answer.replace("PORT", Integer.toString(port())));
          if (answer.isEmpty() || answer.contains("Connection: close")) {
            return;
          }
        }
      }
    } catch (IOException e) {
      // The client went away.
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String body(InputStream in, String head) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String header : head.split("\\|")) {
      if (header.startsWith("Content-Length:")) {
        body.writeBytes(in.readNBytes(Integer.parseInt(header.substring(15).trim())));
      } else if (header.startsWith("Transfer-Encoding:")) {
        int length;
        do {
          String size = line(in);
          length = size == null ? 0 : Integer.parseInt(size.trim(), 16);
          body.writeBytes(in.readNBytes(length));
          line(in);
        } while (length > 0);
      }
    }
    return body.toString(StandardCharsets.ISO_8859_1);
  }

  /** Up to the end of the line, without it; null if the stream ends before. */
  static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        return null;
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "origin");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
