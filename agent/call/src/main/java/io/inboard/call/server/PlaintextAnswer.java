// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a port that takes mutual TLS only does with bytes that are no TLS. An HTTP request gets a
 * short answer in plain HTTP that says so, or its sender would report a broken connection and the
 * caller would not know why; anything else is closed without an answer. The answer tells nothing
 * that a failing handshake would not tell.
 *
 * <p>A connection that is closed while bytes of the request are unread is reset, and the answer may
 * be lost with it: what the peer still sends is read and thrown away until {@link #ended}, within
 * bounds that the adapter keeps. Not for several threads.
 */
final class PlaintextAnswer {
  /** How many bytes of a request are read at most after the answer. */
  static final int MOST_BYTES = 256 * 1024;

  /** The longest method that is believed to be one: longer than any registered with IANA. */
  private static final int LONGEST_METHOD = 18;

  private static final String TEXT =
      "This port accepts mutual TLS only: begin with a TLS handshake and show a client"
          + " certificate.\n";

  /** What a request is told that came by a listener which the mesh cannot secure. */
  static final String UNSECURED =
      "This port accepts mutual TLS only, and what listens on it for this protocol has none: its"
          + " log says more.\n";

  private static final String HEAD =
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
          + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
          + TEXT.length()
          + "\r\n\r\n";

  /** The beginning of the header line that is being read, in lower case. */
  private final byte[] line = new byte[40];

  /** How long that line is, without CR and LF. */
  private int lineLength;

  private boolean headEnded;

  /** How much of the body is still to come; {@link Long#MAX_VALUE}: until the peer closes. */
  private long bodyLeft;

  private long taken;

  /** What the first bytes of a connection look like. */
  enum Looks {
    /** A method, a space and the beginning of a target: the request line of HTTP. */
    HTTP,
    /** The beginning of such a line; too few bytes to tell. */
    PERHAPS,
    /** No HTTP. */
    FOREIGN
  }

  /** Looks at the first bytes, from {@code position} on, and moves nothing. */
  static Looks looks(ByteBuffer first) {
    int length = Math.min(first.remaining(), LONGEST_METHOD + 1);
    for (int i = 0; i < length; i++) {
      byte b = first.get(first.position() + i);
      if (b == ' ' && i >= 3) {
        return i + 1 == first.remaining() ? Looks.PERHAPS : target(first, i + 1);
      }
      if ((b < 'A' || b > 'Z') && b != '-') {
        return Looks.FOREIGN;
      }
    }
    return length > LONGEST_METHOD ? Looks.FOREIGN : Looks.PERHAPS;
  }

  /** Other protocols of words (SMTP, PROXY) go on with something else (RFC 9112 section 3.2). */
  private static Looks target(ByteBuffer first, int at) {
    byte b = first.get(first.position() + at);
    boolean connect = first.get(first.position()) == 'C' && first.get(first.position() + 3) == 'N';
    return b == '/' || b == '*' || b == 'h' || b == 'H' || connect ? Looks.HTTP : Looks.FOREIGN;
  }

  /**
   * The answer.
   *
   * @param first of the request: HEAD gets no body
   */
  static ByteBuffer to(ByteBuffer first) {
    boolean head =
        first.remaining() > 4
            && first.get(first.position()) == 'H'
            && first.get(first.position() + 1) == 'E'
            && first.get(first.position() + 2) == 'A'
            && first.get(first.position() + 3) == 'D'
            && first.get(first.position() + 4) == ' ';
    String answer = head ? HEAD : HEAD + TEXT;
    return ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * The same answer for a server that has read the request itself.
   *
   * @return the body, as UTF-8 text
   */
  static String text() {
    return TEXT;
  }

  /** Takes bytes that were read, the first ones included, and throws them away. */
  void take(ByteBuffer read) {
    taken += read.remaining();
    while (read.hasRemaining() && !headEnded) {
      byte b = read.get();
      if (b == '\n') {
        headEnded = lineLength == 0;
        endOfLine();
      } else if (b != '\r') {
        if (lineLength < line.length) {
          line[lineLength] = (byte) (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);
        }
        lineLength++;
      }
    }
    if (bodyLeft != Long.MAX_VALUE) {
      bodyLeft = Math.max(0, bodyLeft - read.remaining());
    }
    read.position(read.limit());
  }

  private void endOfLine() {
    String header =
        new String(line, 0, Math.min(lineLength, line.length), StandardCharsets.ISO_8859_1);
    lineLength = 0;
    if (header.startsWith("transfer-encoding:")) {
      bodyLeft = Long.MAX_VALUE;
    } else if (header.startsWith("content-length:") && bodyLeft == 0) {
      try {
        bodyLeft = Long.parseLong(header.substring("content-length:".length()).strip());
      } catch (NumberFormatException e) {
        bodyLeft = Long.MAX_VALUE;
      }
    }
  }

  /** Whether the request was read to its end, or to {@link #MOST_BYTES}: close now. */
  boolean ended() {
    return taken >= MOST_BYTES || (headEnded && bodyLeft <= 0);
  }
}
