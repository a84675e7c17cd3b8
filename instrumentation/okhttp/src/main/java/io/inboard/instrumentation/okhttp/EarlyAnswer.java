// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import java.io.IOException;
import okhttp3.Handshake;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.connection.Exchange;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;

/**
 * An answer that is complete before the request's body is: over HTTP/2 the server then says by
 * RST_STREAM(NO_ERROR) that it wants no more of it (RFC 9113 section 8.1). An application that says
 * {@code http} would get it over HTTP/1.1, where servers take some more of the body; of HTTP/2 the
 * library reads it since 4.11, and before that throws what came of writing.
 */
final class EarlyAnswer {
  private EarlyAnswer() {}

  /** Whether the server has answered all that it will. */
  static boolean isComplete(Throwable error) {
    return error instanceof StreamResetException reset && reset.errorCode == ErrorCode.NO_ERROR;
  }

  /**
   * Reads it, as the library does after a body that was sent.
   *
   * @param sent what the answer is to
   * @return null if there is none
   */
  static Response read(Exchange exchange, Handshake handshake, Request sent) {
    try {
      Response head = head(exchange, handshake, sent);
      while (head.code() < 200) {
        head = head(exchange, handshake, sent);
      }
      exchange.responseHeadersEnd(head);
      return head.newBuilder().body(exchange.openResponseBody(head)).build();
    } catch (IOException e) {
      return null;
    }
  }

  private static Response head(Exchange exchange, Handshake handshake, Request sent)
      throws IOException {
    exchange.responseHeadersStart();
    long now = System.currentTimeMillis();
    return exchange
        .readResponseHeaders(false)
        .request(sent)
        .handshake(handshake)
        .sentRequestAtMillis(now)
        .receivedResponseAtMillis(now)
        .build();
  }
}
