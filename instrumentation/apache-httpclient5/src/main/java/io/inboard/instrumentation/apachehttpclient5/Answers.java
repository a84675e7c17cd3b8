// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/** Responses that the mesh makes, and those that nobody sees. */
final class Answers {
  /** What is read, at most, of a response that nobody sees, so that its connection is kept. */
  private static final int MOST_DRAINED = 1 << 16;

  private static final int DRAIN_MILLIS = 100;

  private Answers() {}

  /** The library's response. */
  static ClassicHttpResponse of(Step.Answer answer, String method) {
    AnswerHead head = AnswerHead.of(answer, method);
    BasicClassicHttpResponse response = new BasicClassicHttpResponse(head.status(), head.reason());
    head.headers().forEach(response::addHeader);
    if (head.status() != 204 && head.status() != 304 && !method.equals("HEAD")) {
      Header type = response.getFirstHeader("content-type");
      response.setEntity(
          new ByteArrayEntity(
              head.body(), type == null ? null : ContentType.parseLenient(type.getValue())));
    }
    return response;
  }

  /**
   * Reads the rest of a response, if it is there or comes soon.
   *
   * @return whether its end was read
   */
  static boolean isDrained(HttpEntity body, Line line) throws IOException {
    if (body == null || !body.isStreaming()) {
      return true;
    }
    if (body.getContentLength() > MOST_DRAINED) {
      return false;
    }
    line.hurry(DRAIN_MILLIS);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
    byte[] piece = new byte[4096];
    InputStream in = body.getContent();
    for (int total = 0; total < MOST_DRAINED && System.nanoTime() - end < 0; ) {
      int count = in.read(piece);
      if (count < 0) {
        return true;
      }
      total += count;
    }
    return false;
  }
}
