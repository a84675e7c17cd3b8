// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Step;
import io.inboard.call.client.AnswerHead;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.http.HttpException;
import org.apache.http.HttpResponse;
import org.apache.http.HttpVersion;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.message.BasicHttpResponse;
import org.apache.http.nio.ContentDecoder;
import org.apache.http.nio.IOControl;
import org.apache.http.nio.protocol.HttpAsyncResponseConsumer;

/**
 * Responses that the mesh makes. They have no connection, and go past the library's handler, which
 * needs one, to the application's consumer.
 */
final class Answers implements ContentDecoder, IOControl {
  private final ByteBuffer body;
  private final Director director;
  private final HttpAsyncResponseConsumer<Object> consumer;

  /** Whether the consumer has read the body's end, or there is none. */
  private boolean ended;

  /** The consumer wants no more for now. Guarded by this. */
  private boolean suspended;

  private Answers(byte[] body, Director director) {
    this.body = ByteBuffer.wrap(body);
    this.director = director;
    this.consumer = director.consumer();
  }

  /** Gives the application this response. */
  static void give(Step.Answer answer, String method, Director director) {
    AnswerHead head = AnswerHead.of(answer, method);
    HttpResponse response =
        new BasicHttpResponse(HttpVersion.HTTP_1_1, head.status(), head.reason());
    head.headers().forEach(response::addHeader);
    if (head.status() != 204 && head.status() != 304 && !method.equals("HEAD")) {
      ByteArrayEntity body = new ByteArrayEntity(head.body());
      body.setContentType(response.getFirstHeader("content-type"));
      response.setEntity(body);
    }
    director.context().setAttribute(HttpClientContext.HTTP_RESPONSE, response);
    Answers feed = new Answers(head.body(), director);
    try {
      feed.consumer.responseReceived(response);
      // The end of a body has to be read, even of an empty one.
      feed.ended = response.getEntity() == null;
      feed.run();
    } catch (IOException | HttpException | RuntimeException e) {
      director.fail(e);
    }
  }

  private void run() throws IOException {
    while (!ended && !consumer.isDone()) {
      consumer.consumeContent(this, this);
      ended = !body.hasRemaining();
      synchronized (this) {
        if (suspended) {
          return;
        }
      }
    }
    consumer.responseCompleted(director.context());
    director.complete();
  }

  @Override
  public int read(ByteBuffer to) {
    if (!body.hasRemaining()) {
      return -1;
    }
    int count = Math.min(body.remaining(), to.remaining());
    ByteBuffer piece = body.slice();
    piece.limit(count);
    to.put(piece);
    body.position(body.position() + count);
    return count;
  }

  @Override
  public boolean isCompleted() {
    return !body.hasRemaining();
  }

  @Override
  public synchronized void suspendInput() {
    suspended = true;
  }

  /** On whichever thread the application goes on. */
  @Override
  public void requestInput() {
    synchronized (this) {
      if (!suspended) {
        return;
      }
      suspended = false;
    }
    Later.run(
        () -> {
          try {
            run();
          } catch (IOException | RuntimeException e) {
            director.fail(e);
          }
        },
        Thread.currentThread().getContextClassLoader());
  }

  @Override
  public void requestOutput() {}

  @Override
  public void suspendOutput() {}

  /** The application wants no more of it. */
  @Override
  public void shutdown() {
    body.position(body.limit());
  }
}
