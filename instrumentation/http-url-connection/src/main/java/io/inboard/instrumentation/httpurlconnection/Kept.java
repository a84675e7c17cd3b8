// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Call;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import sun.net.www.MessageHeader;

/**
 * A copy of the body that an application streams, for a repetition, as long as the mesh lets us
 * keep it. Safe for use by any thread: the one that writes is not always the one that ends the
 * call.
 */
final class Kept {
  /** What is asked for at least, so that single bytes do not ask one by one. */
  private static final int STEP = 256;

  /** Null when forgotten. Guarded by this. */
  private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Guarded by this. */
  private int granted;

  /** The application writes these; they are kept if all before them were. */
  synchronized void add(Call call, byte[] from, int offset, int length) {
    if (bytes == null) {
      return;
    }
    int missing = bytes.size() + length - granted;
    if (missing > 0) {
      int more = Math.max(missing, STEP);
      if (!call.mayKeep(more)) {
        bytes = null;
        return;
      }
      granted += more;
    }
    bytes.write(from, offset, length);
  }

  synchronized void forget() {
    bytes = null;
  }

  /** Whether every byte that the application has written is here. */
  synchronized boolean whole() {
    return bytes != null;
  }

  /** Sends it, framed as the head says; only if it is {@link #whole}. */
  void send(MessageHeader head, OutputStream to) throws IOException {
    byte[] body;
    synchronized (this) {
      if (bytes == null) {
        throw new IOException("the body was not kept");
      }
      body = bytes.toByteArray();
    }
    boolean chunked = head.findValue("Transfer-Encoding") != null;
    if (chunked && body.length > 0) {
      to.write(ascii(Integer.toHexString(body.length) + "\r\n"));
    }
    to.write(body);
    if (chunked) {
      to.write(ascii(body.length > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n"));
    }
    // A PrintStream, which throws nothing; to ask it flushes it.
    if (to instanceof PrintStream stream && stream.checkError()) {
      throw new IOException("Error writing request body to server");
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
