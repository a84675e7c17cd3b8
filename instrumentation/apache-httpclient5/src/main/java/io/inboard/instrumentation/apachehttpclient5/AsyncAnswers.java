// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;

/** Responses that the mesh makes. */
final class AsyncAnswers {
  private AsyncAnswers() {}

  /** Gives an answer as if the server had. */
  static void give(Step.Answer answer, String method, AsyncExecCallback application)
      throws HttpException, IOException {
    AnswerHead head = AnswerHead.of(answer, method);
    BasicHttpResponse response = new BasicHttpResponse(head.status(), head.reason());
    head.headers().forEach(response::addHeader);
    if (head.status() == 204 || head.status() == 304 || method.equals("HEAD")) {
      application.handleResponse(response, null);
    } else {
      AsyncDataConsumer consumer = application.handleResponse(response, details(head, response));
      if (consumer != null) {
        if (head.body().length > 0) {
          consumer.consume(ByteBuffer.wrap(head.body()).asReadOnlyBuffer());
        }
        consumer.streamEnd(null);
      }
    }
    application.completed();
  }

  private static EntityDetails details(AnswerHead head, BasicHttpResponse response) {
    Header type = response.getFirstHeader("content-type");
    return new BasicEntityDetails(
        head.body().length, type == null ? null : ContentType.parseLenient(type.getValue()));
  }
}
