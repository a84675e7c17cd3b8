// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import java.nio.charset.StandardCharsets;

/**
 * Just enough of HTTP/1.1 to know when an answer to a GET ends, and whether it was 200. Takes bytes
 * as they come, keeps none of the body, and allocates nothing. For one thread.
 */
final class ResponseReader {
  private static final int LONGEST_HEAD = 16_384;

  private enum State {
    HEAD,
    /** A body of known length. */
    LENGTH,
    CHUNK_SIZE,
    /** A chunk and the line end after it. */
    CHUNK,
    TRAILER,
    UNTIL_CLOSED,
    DONE
  }

  private final byte[] head = new byte[LONGEST_HEAD];
  private State state = State.DONE;

  /** What follows the head, as far as its lines have said. */
  private State body = State.UNTIL_CLOSED;

  private int headLength;
  private int lineStart;
  private int status;
  private boolean close;
  private long left;
  private boolean inSize;
  private int lineLength;

  /** Before each answer. */
  void reset() {
    state = State.HEAD;
    nextHead();
  }

  private void nextHead() {
    body = State.UNTIL_CLOSED;
    headLength = 0;
    lineStart = 0;
    status = 0;
    close = false;
  }

  /**
   * True when the answer is whole. Throws IllegalStateException when this is no answer that can be
   * read, or more than one.
   */
  boolean read(byte[] bytes, int length) {
    int at = 0;
    while (at < length) {
      switch (state) {
        case HEAD -> at = readHead(bytes, at, length);
        case LENGTH, CHUNK -> {
          int taken = (int) Math.min(left, length - at);
          at += taken;
          left -= taken;
          if (left == 0) {
            chunkOrBodyEnded();
          }
        }
        case CHUNK_SIZE -> readSize(bytes[at++]);
        case TRAILER -> readTrailer(bytes[at++]);
        case UNTIL_CLOSED -> at = length;
        case DONE -> throw new IllegalStateException("bytes after the answer");
      }
    }
    return state == State.DONE;
  }

  /** Nothing more will come; true when that makes the answer whole. */
  boolean closed() {
    if (state == State.UNTIL_CLOSED) {
      state = State.DONE;
    }
    return state == State.DONE;
  }

  int status() {
    return status;
  }

  /** Whether the server closes the connection after this answer. */
  boolean closesConnection() {
    return close;
  }

  private void chunkOrBodyEnded() {
    if (state == State.LENGTH) {
      state = State.DONE;
    } else {
      state = State.CHUNK_SIZE;
      inSize = true;
    }
  }

  private void readSize(byte b) {
    if (b == '\n') {
      if (left == 0) {
        state = State.TRAILER;
        lineLength = 0;
      } else {
        left += 2;
        state = State.CHUNK;
      }
    } else if (inSize) {
      int digit = Character.digit(b, 16);
      if (digit >= 0) {
        left = left * 16 + digit;
      } else {
        inSize = false;
      }
    }
  }

  private void readTrailer(byte b) {
    if (b == '\n') {
      if (lineLength == 0) {
        state = State.DONE;
      }
      lineLength = 0;
    } else if (b != '\r') {
      lineLength++;
    }
  }

  private int readHead(byte[] bytes, int from, int length) {
    for (int at = from; at < length; at++) {
      if (headLength == head.length) {
        throw new IllegalStateException("more than " + LONGEST_HEAD + " bytes of headers");
      }
      byte b = bytes[at];
      head[headLength++] = b;
      if (b == '\n' && endOfLine()) {
        return at + 1;
      }
    }
    return length;
  }

  /** True when the head is whole; the state is the next one then. */
  private boolean endOfLine() {
    int start = lineStart;
    int end = headLength - 1;
    lineStart = headLength;
    if (end > start && head[end - 1] == '\r') {
      end--;
    }
    if (start == 0) {
      readStatusLine(end);
      return false;
    }
    if (end == start) {
      headEnded();
      return true;
    }
    if (named(start, end, "content-length:")) {
      left = number(start + "content-length:".length(), end);
      body = State.LENGTH;
    } else if (named(start, end, "transfer-encoding:") && holds(start, end, "chunked")) {
      body = State.CHUNK_SIZE;
    } else if (named(start, end, "connection:")) {
      close = holds(start, end, "close") || close && !holds(start, end, "keep-alive");
    }
    return false;
  }

  private void readStatusLine(int end) {
    if (end < 12 || !named(0, end, "http/1.") || head[8] != ' ') {
      throw new IllegalStateException(
          "no HTTP/1.1 answer: "
              + new String(head, 0, Math.min(end, 60), StandardCharsets.US_ASCII));
    }
    close = head[7] == '0';
    status = (int) number(9, 12);
  }

  private void headEnded() {
    if (status >= 100 && status < 200) {
      nextHead();
      return;
    }
    state = status == 204 || status == 304 || body == State.LENGTH && left == 0 ? State.DONE : body;
    if (state == State.CHUNK_SIZE) {
      left = 0;
      inSize = true;
    } else if (state == State.UNTIL_CLOSED) {
      close = true;
    }
  }

  /** {@code name} in lower case. */
  private boolean named(int start, int end, String name) {
    return end - start >= name.length() && sameAt(start, name);
  }

  private boolean holds(int start, int end, String word) {
    for (int at = start; at + word.length() <= end; at++) {
      if (sameAt(at, word)) {
        return true;
      }
    }
    return false;
  }

  private boolean sameAt(int start, String lowerCase) {
    for (int i = 0; i < lowerCase.length(); i++) {
      byte b = head[start + i];
      if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private long number(int start, int end) {
    long value = 0;
    for (int at = start; at < end; at++) {
      byte b = head[at];
      if (b >= '0' && b <= '9') {
        value = value * 10 + b - '0';
      } else if (b != ' ' && b != '\t') {
        throw new IllegalStateException("not a number in the head of the answer");
      }
    }
    return value;
  }
}
