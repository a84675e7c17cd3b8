// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers by script, a thread a connection; an answer that ends in {@link #CLOSE} closes. */
final class StubServer implements AutoCloseable {
  static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  static final String CLOSE = "\0";

  /** What the nth request, from 0 and over all connections, is answered. */
  interface Script {
    String answer(int request) throws InterruptedException;
  }

  private final ServerSocket socket = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
  private final AtomicInteger requests = new AtomicInteger();
  private final Script script;

  StubServer(Script script) throws IOException {
    this.script = script;
    daemon(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort() + "/hello?to=world";
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "stub-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        daemon(() -> serve(connection));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = connection.getInputStream();
      OutputStream out = connection.getOutputStream();
      byte[] request = new byte[8192];
      // A request is small and comes alone, so that one read holds it.
      while (in.read(request) > 0) {
        String answer = script.answer(requests.getAndIncrement());
        boolean closes = answer.endsWith(CLOSE);
        String sent = closes ? answer.substring(0, answer.length() - 1) : answer;
        out.write(sent.getBytes(StandardCharsets.US_ASCII));
        if (closes) {
          return;
        }
      }
    } catch (IOException | InterruptedException e) {
      // The generator closed it, or the test is over.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
