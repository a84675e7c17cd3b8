// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.http;

import io.inboard.call.Printable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads the answers of one connection (RFC 9112), one after the other. The server is not trusted:
 * head and body are bounded, and what can be read in two ways is refused.
 */
final class AnswerReader {
  private static final int MAX_HEAD = 64 * 1024;

  /** Characters of a header that a message shows. */
  private static final int MOST_SHOWN = 60;

  private final InputStream in;
  private final byte[] buffer = new byte[4096];
  private int position;
  private int limit;

  /** What the head that is being read may still take. */
  private int headLeft;

  /** Whether anything was read of the answer. */
  private boolean begun;

  /** Whether the last answer ended where the next one can begin. */
  private boolean reusable;

  AnswerReader(InputStream in) {
    this.in = in;
  }

  /** How a body ends. */
  private enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    CLOSE
  }

  /** Forgets what is known of the last answer. */
  void next() {
    begun = false;
    reusable = false;
  }

  boolean begun() {
    return begun;
  }

  boolean reusable() {
    return reusable;
  }

  /** Whether bytes wait that nobody has asked for. */
  boolean isAhead() {
    return position < limit;
  }

  /**
   * Reads one answer whole. What breaks the connection within the body only shortens it: the status
   * is known by then, and it is what counts.
   *
   * @param maxBody in bytes, after gzip is undone
   * @throws IOException when there is no answer, or one that is none, or whose body is larger
   */
  HttpAnswer read(long maxBody) throws IOException {
    headLeft = MAX_HEAD;
    String line = statusLine();
    Map<String, String> headers = headers();
    int status = status(line);
    for (; status < 200; status = status(line)) {
      if (status == 101) {
        throw new ProtocolException("the server changes to a protocol that nobody asked for");
      }
      line = statusLine();
      headers = headers();
    }
    Framing framing = framing(status, headers);
    long length = framing == Framing.LENGTH ? length(headers.get("content-length")) : 0;
    byte[] body = body(framing, length, headers.get("content-encoding"), maxBody);
    reusable &= keepsOpen(line, headers);
    return new HttpAnswer(status, reason(line), headers, body);
  }

  /** The answer to CONNECT, which has no body that could be told from what follows it. */
  int readTunnel() throws IOException {
    headLeft = MAX_HEAD;
    String line = statusLine();
    headers();
    return status(line);
  }

  private String statusLine() throws IOException {
    String line = line();
    while (line.isEmpty()) {
      line = line();
    }
    return line;
  }

  private static int status(String line) throws ProtocolException {
    boolean right =
        (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
            && line.length() >= 12
            && (line.length() == 12 || line.charAt(12) == ' ');
    int status = right ? number(line.substring(9, 12), 10) : -1;
    if (status < 100) {
      throw new ProtocolException("the answer is not HTTP/1.1");
    }
    return status;
  }

  private static String reason(String line) {
    return line.length() > 13 ? line.substring(13) : "";
  }

  private Map<String, String> headers() throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon <= 0 || line.charAt(colon - 1) <= ' ') {
        throw new ProtocolException("the answer has a line that is no header");
      }
      String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).trim();
      String before = headers.putIfAbsent(name, value);
      if (before != null && !before.equals(value) && isFraming(name)) {
        throw new ProtocolException("the answer says twice how long it is");
      }
    }
    return headers;
  }

  private static boolean isFraming(String name) {
    return name.equals("content-length") || name.equals("transfer-encoding");
  }

  private static Framing framing(int status, Map<String, String> headers) throws ProtocolException {
    if (status == 204 || status == 304) {
      return Framing.NONE;
    }
    String encoding = headers.get("transfer-encoding");
    if (encoding != null) {
      if (!encoding.equalsIgnoreCase("chunked") || headers.containsKey("content-length")) {
        throw new ProtocolException("the answer does not say clearly how long it is");
      }
      return Framing.CHUNKED;
    }
    return headers.containsKey("content-length") ? Framing.LENGTH : Framing.CLOSE;
  }

  private static long length(String text) throws ProtocolException {
    int length = number(text, 10);
    if (length < 0) {
      throw new ProtocolException("the answer's length is not a number, or very large");
    }
    return length;
  }

  /** Digits alone, without a sign; -1 if it is anything else, or does not fit. */
  private static int number(String text, int radix) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
        return -1;
      }
    }
    try {
      return Integer.parseInt(text, radix);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private boolean keepsOpen(String line, Map<String, String> headers) {
    String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
    return line.startsWith("HTTP/1.0") ? connection.contains("keep-alive") : !closes(connection);
  }

  private static boolean closes(String connection) {
    return connection.contains("close");
  }

  private byte[] body(Framing framing, long length, String encoding, long max) throws IOException {
    boolean zipped = "gzip".equalsIgnoreCase(encoding);
    if (encoding != null && !zipped && !"identity".equalsIgnoreCase(encoding)) {
      throw new IOException(
          "Unsupported Content-Encoding: " + Printable.text(encoding, MOST_SHOWN));
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    try {
      switch (framing) {
        case NONE -> {}
        case LENGTH -> copy(length, body, max);
        case CHUNKED -> chunks(body, max);
        case CLOSE -> copy(Long.MAX_VALUE, body, max);
      }
      reusable = true;
    } catch (TooLargeException e) {
      throw e;
    } catch (IOException e) {
      // Its end, where the connection's is the body's; otherwise as far as it came.
    }
    return unzipped(body, zipped, max);
  }

  private void chunks(ByteArrayOutputStream body, long max) throws IOException {
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      copy(size, body, max);
      if (!line().isEmpty()) {
        throw new ProtocolException("a chunk does not end where it should");
      }
    }
    while (!line().isEmpty()) {
      // Trailers, which nobody here reads.
    }
  }

  private int chunkSize() throws IOException {
    headLeft = MAX_HEAD;
    String line = line();
    int end = line.indexOf(';');
    String digits = (end < 0 ? line : line.substring(0, end)).trim();
    int size = digits.isEmpty() ? -1 : number(digits, 16);
    if (size < 0) {
      throw new ProtocolException("a chunk's size is not a number, or very large");
    }
    return size;
  }

  private void copy(long length, ByteArrayOutputStream body, long max) throws IOException {
    for (long left = length; left > 0; ) {
      fill();
      int n = (int) Math.min(left, limit - position);
      if (body.size() + (long) n > max) {
        throw new TooLargeException(max);
      }
      body.write(buffer, position, n);
      position += n;
      left -= n;
    }
  }

  private static byte[] unzipped(ByteArrayOutputStream body, boolean zipped, long max)
      throws TooLargeException {
    if (!zipped || body.size() == 0) {
      return body.toByteArray();
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body.toByteArray()))) {
      byte[] part = new byte[4096];
      for (int n = in.read(part); n >= 0; n = in.read(part)) {
        if (plain.size() + (long) n > max) {
          throw new TooLargeException(max);
        }
        plain.write(part, 0, n);
      }
    } catch (TooLargeException e) {
      throw e;
    } catch (IOException e) {
      // As far as it could be undone.
    }
    return plain.toByteArray();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      fill();
      while (position < limit) {
        // Ends of lines, too: a server may send nothing but empty ones.
        if (--headLeft < 0) {
          throw new ProtocolException("the answer's head is larger than 64 KiB");
        }
        char c = (char) (buffer[position++] & 0xff);
        if (c == '\n') {
          int end = line.length();
          if (end > 0 && line.charAt(end - 1) == '\r') {
            line.setLength(end - 1);
          }
          return line.toString();
        }
        line.append(c);
      }
    }
  }

  /** Reads more if all is used up. */
  private void fill() throws IOException {
    if (position < limit) {
      return;
    }
    int n = in.read(buffer, 0, buffer.length);
    if (n < 0) {
      throw new EOFException(
          begun ? "the answer ends in the middle" : "the server closed without an answer");
    }
    begun = true;
    position = 0;
    limit = n;
  }

  private static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    TooLargeException(long max) {
      super("HTTP response body exceeded limit of " + max + " bytes");
    }
  }
}
