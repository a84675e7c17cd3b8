// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.Call;
import io.inboard.call.client.KeptBody;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import sun.net.www.MessageHeader;

/** The body that the application streams: a copy of it, and how it goes out again. */
final class StreamedBody {
  private final KeptBody kept = new KeptBody();

  /**
   * The application writes a part.
   *
   * @param now the attempt that it goes to; null: nothing is sent again
   */
  void add(Call call, InFlight now, byte[] from, int offset, int length) {
    if (now == null || now.repeats()) {
      kept.forget();
    } else {
      kept.add(call, from, offset, length);
    }
  }

  void forget() {
    kept.forget();
  }

  /** Whether every byte that the application has written is here. */
  boolean isWhole() {
    return kept.isWhole();
  }

  /** Sends it, framed as the head says; only if it {@link #isWhole}. */
  void send(MessageHeader head, OutputStream to) throws IOException {
    byte[] body = kept.bytes().orElseThrow(() -> new IOException("the body was not kept"));
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
