// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.inboard.call.AgentThreads;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server, or a proxy, that does byte by byte what a test says: one turn for each request, the
 * last one again and again.
 */
public final class ScriptedServer implements AutoCloseable {
  /** What an empty answer of success looks like. */
  public static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  /**
   * A request that arrived.
   *
   * @param connection 1 for the first
   * @param headers by their names in lower case
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Asked(int connection, String line, Map<String, String> headers, byte[] body) {}

  /** What becomes of one request. */
  public interface Turn {
    /** Answers with the text as it stands, and keeps the connection. */
    static Turn say(String text) {
      return peer -> peer.write(text);
    }

    void answer(Peer peer) throws IOException;
  }

  /** Who asks. */
  public record Peer(Socket socket, InputStream in, Asked asked) {
    public void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** Opens the way to where CONNECT points, and stays in between until one side ends. */
    public void tunnel() throws IOException {
      String[] to = asked.line().split(" ")[1].split(":");
      try (Socket behind = new Socket(to[0], Integer.parseInt(to[1]))) {
        write("HTTP/1.1 200 Connection established\r\n\r\n");
        InputStream back = behind.getInputStream();
        AgentThreads.daemon("test-tunnel", () -> pass(back, socket)).start();
        pass(in, behind);
      }
    }

    private static void pass(InputStream from, Socket to) {
      try {
        from.transferTo(to.getOutputStream());
      } catch (IOException e) {
        // One side has ended.
      }
      Deadline.closeQuietly(to);
    }
  }

  private final ServerSocket listening;
  private final Optional<SSLContext> tls;
  private final List<Turn> turns;
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  public ScriptedServer(Turn... turns) throws IOException {
    this(Optional.empty(), turns);
  }

  /** Of TLS, whose clients need a certificate that the context trusts. */
  public ScriptedServer(Optional<SSLContext> tls, Turn... turns) throws IOException {
    this.listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    this.tls = tls;
    this.turns = List.of(turns);
    AgentThreads.daemon("test-server", this::accept).start();
  }

  public int port() {
    return listening.getLocalPort();
  }

  public URI uri(String path) {
    return URI.create((tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + port() + path);
  }

  public List<Asked> asked() {
    return asked;
  }

  private void accept() {
    while (true) {
      try {
        Socket socket = listening.accept();
        open.add(socket);
        AgentThreads.daemon("test-connection", () -> serve(socket)).start();
      } catch (IOException e) {
        return; // The test is over.
      }
    }
  }

  private void serve(Socket raw) {
    int number = connections.incrementAndGet();
    try (Socket socket = tls.isPresent() ? secured(raw, tls.get()) : raw) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        Asked next = read(number, in);
        asked.add(next);
        turns
            .get(Math.min(turn.getAndIncrement(), turns.size() - 1))
            .answer(new Peer(socket, in, next));
      }
    } catch (IOException e) {
      // The client has ended, or a turn has closed.
    }
  }

  private static Socket secured(Socket raw, SSLContext context) throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
    socket.setUseClientMode(false);
    socket.setNeedClientAuth(true);
    socket.startHandshake();
    return socket;
  }

  private static Asked read(int connection, InputStream in) throws IOException {
    String line = line(in);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).trim());
    }
    boolean chunked = "chunked".equals(headers.get("transfer-encoding"));
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    // A body that is larger than any test sends whole is one that nobody reads.
    byte[] body = chunked ? chunks(in) : length > 1 << 20 ? new byte[0] : in.readNBytes(length);
    return new Asked(connection, line, headers, body);
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int n = Integer.parseInt(line(in), 16); n > 0; n = Integer.parseInt(line(in), 16)) {
      body.write(in.readNBytes(n));
      line(in);
    }
    line(in);
    return body.toByteArray();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  /** What a body looks like on its way. */
  static HttpRequest.Body body(byte[] bytes) {
    return new HttpRequest.Body() {
      @Override
      public int length() {
        return bytes.length;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
      }
    };
  }

  @Override
  public void close() throws IOException {
    listening.close();
    open.forEach(Deadline::closeQuietly);
  }
}
