// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;

/**
 * A small HTTP/1.1 server on a loopback port of its own that does what a test scripts and remembers
 * what arrived: a thread a connection, answers in the order in which requests arrive, and {@link
 * Answer#OK} when the script is at its end.
 */
public final class TestServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Optional<TestIdentity> identity;
  private final Queue<Answer> script = new ConcurrentLinkedQueue<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger();

  private TestServer(Optional<TestIdentity> identity) throws IOException {
    this.identity = identity;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon("contract-server-" + listener.getLocalPort(), this::accept);
  }

  /** Speaks plaintext. */
  public static TestServer plain() throws IOException {
    return new TestServer(Optional.empty());
  }

  /** Speaks mutual TLS and nothing else; demands a client certificate of the same authority. */
  public static TestServer secured(TestIdentity identity) throws IOException {
    return new TestServer(Optional.of(identity));
  }

  /** What to do with the next requests, in turn. */
  public TestServer answering(Answer... answers) {
    script.addAll(List.of(answers));
    return this;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort());
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Requests whose head arrived, in order. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** How many connections were accepted. */
  public int connections() {
    return accepted.get();
  }

  /** How many connections the client has ended while an answer was awaited or half sent. */
  public int left() {
    return left.get();
  }

  /** Closes the connections that are open now; goes on listening. */
  public void dropConnections() {
    for (Socket socket : open) {
      closeQuietly(socket);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    dropConnections();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        int number = accepted.incrementAndGet();
        daemon("contract-connection-" + number, () -> serve(socket, number));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket raw, int number) {
    try (Socket socket = identity.isPresent() ? identity.get().accept(raw) : raw) {
      Connection connection = new Connection(raw, socket, number);
      while (connection.readRequest()) {
        Answer answer = script.poll();
        (answer == null ? Answer.OK : answer).to(connection);
      }
    } catch (IOException e) {
      // The client went away, or a handshake failed: the test sees it on the client's side.
    } finally {
      closeQuietly(raw);
      open.remove(raw);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed enough.
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** One connection, used by its own thread. */
  public final class Connection {
    private final Socket raw;
    private final Socket socket;
    private final InputStream in;
    private final int number;

    private Connection(Socket raw, Socket socket, int number) throws IOException {
      this.raw = raw;
      this.socket = socket;
      this.number = number;
      this.in = new BufferedInputStream(socket.getInputStream());
    }

    public void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
    }

    /** Of the server. */
    public int port() {
      return listener.getLocalPort();
    }

    public void close() throws IOException {
      socket.close();
    }

    void reset() throws IOException {
      raw.setSoLinger(true, 0);
      raw.close();
    }

    /** Reads until the client closes or resets the connection. */
    @SuppressWarnings("StatementWithEmptyBody")
    public void awaitClient() throws IOException {
      try {
        while (in.read() >= 0) {}
      } finally {
        if (!listener.isClosed()) {
          left.incrementAndGet();
        }
      }
    }

    /** False when the client has closed between two requests. */
    private boolean readRequest() throws IOException {
      if (socket.isClosed()) {
        return false;
      }
      String requestLine = readLine();
      if (requestLine == null) {
        return false;
      }
      List<Map.Entry<String, String>> headers = new ArrayList<>();
      for (String line = readLine(); line != null && !line.isEmpty(); line = readLine()) {
        int colon = line.indexOf(':');
        if (colon < 0) {
          throw new IOException("not a header: " + line);
        }
        headers.add(Map.entry(line.substring(0, colon), line.substring(colon + 1).trim()));
      }
      String[] parts = requestLine.split(" ", 3);
      if (parts.length != 3 || !parts[2].equals("HTTP/1.1")) {
        throw new IOException("not a request line: " + requestLine);
      }
      byte[] body;
      try {
        body = readBody(headers);
      } catch (IOException e) {
        // Half a request is a request that arrived, too.
        received.add(request(parts, headers, new byte[0]));
        throw e;
      }
      received.add(request(parts, headers, body));
      return true;
    }

    private Received request(String[] line, List<Map.Entry<String, String>> headers, byte[] body) {
      Optional<SSLSocket> tls = socket instanceof SSLSocket s ? Optional.of(s) : Optional.empty();
      return new Received(
          number,
          line[0],
          line[1],
          List.copyOf(headers),
          body,
          tls.flatMap(TestIdentity::peer),
          tls.map(SSLSocket::getApplicationProtocol).orElse(""),
          tls.flatMap(TestIdentity::serverName));
    }

    private byte[] readBody(List<Map.Entry<String, String>> headers) throws IOException {
      if (headers.stream().anyMatch(header -> header.getKey().equalsIgnoreCase("expect"))) {
        write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      for (Map.Entry<String, String> header : headers) {
        String name = header.getKey().toLowerCase(Locale.ROOT);
        if (name.equals("content-length")) {
          int length = Integer.parseInt(header.getValue());
          byte[] body = in.readNBytes(length);
          if (body.length < length) {
            throw new EOFException("the body is " + body.length + " of " + length + " bytes");
          }
          return body;
        }
        if (name.equals("transfer-encoding")) {
          return readChunks();
        }
      }
      return new byte[0];
    }

    private byte[] readChunks() throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        String size = readLine();
        if (size == null) {
          throw new EOFException("the body ends between chunks");
        }
        int length = Integer.parseInt(size.trim(), 16);
        body.write(in.readNBytes(length));
        readLine();
        if (length == 0) {
          return body.toByteArray();
        }
      }
    }

    private String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          if (line.size() == 0) {
            return null;
          }
          throw new EOFException("half a line");
        }
        if (b != '\r') {
          line.write(b);
        }
      }
      return line.toString(StandardCharsets.ISO_8859_1);
    }
  }
}
