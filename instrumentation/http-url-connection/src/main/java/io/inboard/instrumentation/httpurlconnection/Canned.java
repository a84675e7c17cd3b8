// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.client.AnswerHead;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import sun.net.www.http.HttpClient;

/**
 * A client that is not connected: what is written to it vanishes, and what it reads is an answer of
 * the mesh. The JDK parses that as it parses any response, so that redirects, cookies, error
 * streams and all the rest are its own.
 */
final class Canned extends HttpClient {
  Canned(URL url, AnswerHead answer) throws IOException {
    this.url = url;
    this.host = url.getHost();
    this.port = url.getPort() != -1 ? url.getPort() : url.getDefaultPort();
    this.serverSocket = new Memory(bytes(answer));
    this.serverOutput =
        new PrintStream(new BufferedOutputStream(serverSocket.getOutputStream()), false, encoding);
  }

  /** Takes a connection from the JDK's pool, which only clients know; null if none rests there. */
  static HttpClient fromPool(URL url, Object key) {
    return kac.get(url, key);
  }

  private static byte[] bytes(AnswerHead answer) {
    StringBuilder head = new StringBuilder();
    head.append("HTTP/1.1 ").append(answer.status()).append(' ').append(answer.reason());
    answer
        .headers()
        .forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
    head.append("\r\n\r\n");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    all.writeBytes(answer.body());
    return all.toByteArray();
  }

  /** The answer is given once. */
  @Override
  protected void putInKeepAliveCache() {
    closeServer();
  }

  /** It has no siblings: what rests in the pool for this URL is not its own. */
  @Override
  public void closeIdleConnection() {}

  /** A socket with an input and no peer. Used as the client that it belongs to. */
  private static final class Memory extends Socket {
    private final InputStream in;
    private int timeout;

    Memory(byte[] in) throws SocketException {
      super((SocketImpl) null);
      this.in = new ByteArrayInputStream(in);
    }

    @Override
    public InputStream getInputStream() {
      return in;
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public void setSoTimeout(int millis) {
      timeout = millis;
    }

    @Override
    public int getSoTimeout() {
      return timeout;
    }

    @Override
    public void close() {}
  }
}
