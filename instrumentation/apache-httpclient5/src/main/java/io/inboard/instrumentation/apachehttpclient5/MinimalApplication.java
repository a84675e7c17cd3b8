// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;

/** The application's exchange with a minimal client, told as the other clients are. */
final class MinimalApplication implements AsyncExecCallback, AsyncDataConsumer {
  private final AsyncClientExchangeHandler own;
  private final HttpContext context;
  private final AtomicBoolean over = new AtomicBoolean();

  /** Whether the application has the end of the response, after which it cancels nothing. */
  private volatile boolean ended;

  MinimalApplication(AsyncClientExchangeHandler own, HttpContext context) {
    this.own = own;
    this.context = context;
  }

  boolean isEnded() {
    return ended;
  }

  @Override
  public AsyncDataConsumer handleResponse(HttpResponse response, EntityDetails details)
      throws HttpException, IOException {
    ended = details == null;
    own.consumeResponse(response, details, context);
    return details == null ? null : this;
  }

  @Override
  public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
    own.consumeInformation(response, context);
  }

  @Override
  public void completed() {
    if (over.compareAndSet(false, true)) {
      own.releaseResources();
    }
  }

  @Override
  public void failed(Exception cause) {
    if (over.compareAndSet(false, true)) {
      try {
        own.failed(cause);
      } finally {
        own.releaseResources();
      }
    }
  }

  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    own.updateCapacity(channel);
  }

  @Override
  public void consume(ByteBuffer piece) throws IOException {
    own.consume(piece);
  }

  @Override
  public void streamEnd(List<? extends Header> trailers) throws HttpException, IOException {
    ended = true;
    own.streamEnd(trailers);
  }

  /** When its call is over. */
  @Override
  public void releaseResources() {}
}
