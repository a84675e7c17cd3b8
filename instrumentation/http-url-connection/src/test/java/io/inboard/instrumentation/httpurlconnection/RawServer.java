// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.contract.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server socket on loopback, byte by byte under a test's control: what it does with a connection
 * is the test's, heads of requests are counted as they arrive, and so is who closes first.
 */
final class RawServer implements AutoCloseable {
  /** What to do with a connection; it is closed when that returns. */
  @FunctionalInterface
  interface Script {
    void run(Connection connection) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final Script script;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger clientsGone = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);

  RawServer(Script script) throws IOException {
    this(script, 50);
  }

  RawServer(Script script, int backlog) throws IOException {
    this.script = script;
    this.listener = new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Request heads that arrived whole, in order. */
  List<String> heads() {
    return List.copyOf(heads);
  }

  long count(String method) {
    return heads.stream().filter(h -> h.startsWith(method + " ")).count();
  }

  int connections() {
    return accepted.get();
  }

  /** Waits until this end of all connections but so many is closed. */
  void awaitEnds(int but) {
    Eventually.eventually(() -> ended.get() >= accepted.get() - but, () -> "ends of connections");
  }

  /** How many connections the client has closed or reset while the server waited for it. */
  int clientsGone() {
    return clientsGone.get();
  }

  /** Lets {@link Connection#awaitEndUnread} go on. */
  void proceed() {
    gate.countDown();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        accepted.incrementAndGet();
        daemon(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      script.run(new Connection(socket));
    } catch (IOException | InterruptedException e) {
      // The test sees it on the client's side.
    } finally {
      ended.incrementAndGet();
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** One connection, used by its own thread. */
  final class Connection {
    private final Socket socket;

    private Connection(Socket socket) {
      this.socket = socket;
    }

    /** Reads to the empty line and no byte further; false at the end of the connection. */
    boolean head() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      String text = "";
      while (!text.endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          return false;
        }
        head.write(b);
        text = head.toString(StandardCharsets.ISO_8859_1);
      }
      heads.add(text);
      return true;
    }

    void read(int bytes) throws IOException {
      socket.getInputStream().readNBytes(bytes);
    }

    /** Reads what has come, and comes within a moment, so that closing sends no RST. */
    void drain() throws IOException {
      Eventually.pause(10);
      InputStream in = socket.getInputStream();
      in.readNBytes(in.available());
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void ok() throws IOException {
      write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Lets what is sent pile up until a test says go on; then reads the rest. */
    void awaitEndUnread() throws InterruptedException {
      gate.await();
      awaitClient();
    }

    /** Stays silent until the client closes or resets. */
    @SuppressWarnings("StatementWithEmptyBody")
    void awaitClient() {
      try {
        byte[] ignored = new byte[1 << 16];
        while (socket.getInputStream().read(ignored) >= 0) {}
      } catch (IOException e) {
        // Reset.
      }
      clientsGone.incrementAndGet();
    }
  }
}
