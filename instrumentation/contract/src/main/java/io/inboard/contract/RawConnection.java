// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One connection to a server, byte by byte under the test's control: an HTTP client that no hook
 * sees, repeats nothing and hides nothing. Not for several threads.
 */
public final class RawConnection implements Closeable {
  private static final int READ_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /** A response whose body was read to its end. */
  public record Response(int status, Map<String, List<String>> headers, byte[] body) {
    /** The body as UTF-8. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** The first value of a header; empty if it is absent. */
    public String header(String name) {
      return headers.getOrDefault(name, List.of("")).get(0);
    }
  }

  /** Connects and sends nothing. */
  public static RawConnection plain(int port) throws IOException {
    return new RawConnection(connect(new Socket(), port));
  }

  /**
   * Connects and shakes hands.
   *
   * @param protocols for ALPN; empty: none
   * @throws IOException when the server refuses; with TLS 1.3 it may do so only at the first read
   */
  public static RawConnection tls(int port, Workload client, String... protocols)
      throws IOException {
    return tls(connect(new Socket(), port), client, protocols);
  }

  /**
   * As {@link #tls(int, Workload, String...)}, from another address of the loopback network.
   *
   * @param address {@code 127.0.0.2}, for instance
   */
  public static RawConnection tlsFrom(String address, int port, Workload client)
      throws IOException {
    Socket socket = new Socket();
    socket.bind(new java.net.InetSocketAddress(address, 0));
    return tls(connect(socket, port), client);
  }

  /** As {@link #tls(int, Workload, String...)}, every byte in a segment of its own. */
  public static RawConnection dribblingTls(int port, Workload client) throws IOException {
    return tls(connect(new DribblingSocket(), port), client);
  }

  /**
   * As {@link #tls(int, Workload, String...)}; all that is sent after the ClientHello, the end of
   * the handshake included, leaves in one segment when {@link #finish} says that nothing follows.
   */
  public static RawConnection tlsAtOnce(int port, Workload client) throws IOException {
    return tls(connect(new HeldSocket(), port), client);
  }

  /** As {@link #tls(int, Workload, String...)}, by TLS 1.2. */
  public static RawConnection tls12(int port, Workload client) throws IOException {
    return shakeHands(
        connect(new Socket(), port),
        client,
        parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}));
  }

  private static RawConnection tls(Socket connected, Workload client, String... protocols)
      throws IOException {
    return shakeHands(
        connected, client, parameters -> parameters.setApplicationProtocols(protocols));
  }

  private static RawConnection shakeHands(
      Socket connected, Workload client, Consumer<SSLParameters> offer) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            client
                .context()
                .getSocketFactory()
                .createSocket(connected, "127.0.0.1", connected.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    offer.accept(parameters);
    socket.setSSLParameters(parameters);
    try {
      socket.startHandshake();
      return new RawConnection(socket);
    } catch (IOException | RuntimeException e) {
      connected.close();
      throw e;
    }
  }

  /**
   * Asks for another handshake on the open connection, as TLS 1.2 allows.
   *
   * @param resumed whether the session goes on, which asks nobody for a certificate
   */
  public void renegotiate(boolean resumed) throws IOException {
    SSLSocket tls = (SSLSocket) socket;
    if (!resumed) {
      tls.getSession().invalidate();
    }
    tls.startHandshake();
  }

  private static Socket connect(Socket socket, int port) throws IOException {
    socket.connect(
        new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_MILLIS);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_MILLIS);
    return socket;
  }

  /** The certificate that the server showed. */
  public X509Certificate serverCertificate() throws IOException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  /** What ALPN agreed on; empty for nothing. */
  public String protocol() {
    return ((SSLSocket) socket).getApplicationProtocol();
  }

  /** Sends one GET and reads its response. */
  public Response get(String path, String... headers) throws IOException {
    return call("GET", path, new byte[0], headers);
  }

  /** Sends one POST with a Content-Length and reads its response. */
  public Response post(String path, byte[] body, String... headers) throws IOException {
    return call("POST", path, body, headers);
  }

  /** Sends one request and reads its response. */
  public Response call(String method, String path, byte[] body, String... headers)
      throws IOException {
    send(method, path, body, headers);
    return response(method.equals("HEAD"));
  }

  /** Sends one request, head and body. */
  public void send(String method, String path, byte[] body, String... headers) throws IOException {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    if (body.length > 0 || method.equals("POST")) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    head.append("\r\n");
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(body);
    send(request.toByteArray());
  }

  /** Sends bytes as they are. */
  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Sends characters as ISO 8859-1. */
  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads one response; interim ones (1xx but 101) are skipped. */
  public Response response() throws IOException {
    return response(false);
  }

  /**
   * Reads one response.
   *
   * @param headOnly the request was a HEAD
   */
  public Response response(boolean headOnly) throws IOException {
    while (true) {
      String line = line();
      int status = Integer.parseInt(line.split(" ", 3)[1]);
      Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (String header = line(); !header.isEmpty(); header = line()) {
        int colon = header.indexOf(':');
        headers
            .computeIfAbsent(header.substring(0, colon), n -> new ArrayList<>())
            .add(header.substring(colon + 1).strip());
      }
      if (status < 200 && status != 101) {
        continue;
      }
      boolean bodiless = headOnly || status == 204 || status == 304 || status == 101;
      return new Response(status, headers, bodiless ? new byte[0] : body(headers));
    }
  }

  private byte[] body(Map<String, List<String>> headers) throws IOException {
    if (headers.containsKey("transfer-encoding")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        int length = Integer.parseInt(line().strip().toLowerCase(Locale.ROOT), 16);
        if (length == 0) {
          line();
          return body.toByteArray();
        }
        body.writeBytes(exactly(length));
        line();
      }
    }
    if (headers.containsKey("content-length")) {
      return exactly(Integer.parseInt(headers.get("content-length").get(0)));
    }
    return in.readAllBytes();
  }

  /** Reads so many bytes. */
  public byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(bytes.length + " bytes instead of " + length);
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended after \"" + line + "\"");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  /**
   * Waits until the server closes or resets the connection, and gives what it sent until then.
   *
   * @throws AssertionError when it stays open
   */
  public byte[] untilClosed() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        bytes.write(b);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stays open", e);
    } catch (IOException resetOrAlert) {
      // Closed as well.
    }
    return bytes.toByteArray();
  }

  /** The next byte that the server sends; -1 when it closes the connection instead. */
  public int first() throws IOException {
    return in.read();
  }

  /** Whether the server leaves the connection open for so long. */
  public boolean staysOpen(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      return in.read() >= 0;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      socket.setSoTimeout(READ_MILLIS);
    }
  }

  /** Says that nothing more will be sent, and goes on reading. */
  public void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** Ends the connection with a reset, as a killed client's machine does. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Once it was read from, keeps what is written until the end of that. */
  private static final class HeldSocket extends Socket {
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private boolean holds;

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
          holds |= !isOutputShutdown();
          return super.read(bytes, offset, length);
        }
      };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      OutputStream at = super.getOutputStream();
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          (holds ? held : at).write(bytes, offset, length);
        }
      };
    }

    /** TLS has said its own end. */
    @Override
    public void shutdownOutput() throws IOException {
      super.getOutputStream().write(held.toByteArray());
      holds = false;
      super.shutdownOutput();
    }
  }

  /** Sends every byte by itself. */
  private static final class DribblingSocket extends Socket {
    @Override
    public OutputStream getOutputStream() throws IOException {
      OutputStream whole = super.getOutputStream();
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          whole.write(b);
          whole.flush();
          Eventually.pause(1);
        }
      };
    }
  }
}
