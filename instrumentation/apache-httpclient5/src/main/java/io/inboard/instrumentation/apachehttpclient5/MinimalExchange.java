// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;

/** One attempt as a minimal client takes it; tells what becomes of it as the other clients do. */
final class MinimalExchange implements AsyncClientExchangeHandler {
  private final HttpRequest request;

  /** Null for none. */
  private final AsyncEntityProducer body;

  private final AsyncExecCallback told;

  /** Null for a body that nobody wants; written where the head is read, as all of the rest. */
  private volatile AsyncDataConsumer consumer;

  MinimalExchange(HttpRequest request, AsyncEntityProducer body, AsyncExecCallback told) {
    this.request = request;
    this.body = body;
    this.told = told;
  }

  @Override
  public void produceRequest(RequestChannel channel, HttpContext context)
      throws HttpException, IOException {
    channel.sendRequest(request, body, context);
  }

  @Override
  public int available() {
    return body == null ? 0 : body.available();
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    if (body == null) {
      channel.endStream();
    } else {
      body.produce(channel);
    }
  }

  @Override
  public void consumeInformation(HttpResponse response, HttpContext context)
      throws HttpException, IOException {
    told.handleInformationResponse(response);
  }

  @Override
  public void consumeResponse(HttpResponse response, EntityDetails details, HttpContext context)
      throws HttpException, IOException {
    consumer = told.handleResponse(response, details);
    if (details == null) {
      told.completed();
    }
  }

  @Override
  public void updateCapacity(CapacityChannel channel) throws IOException {
    AsyncDataConsumer to = consumer;
    if (to == null) {
      channel.update(Integer.MAX_VALUE);
    } else {
      to.updateCapacity(channel);
    }
  }

  @Override
  public void consume(ByteBuffer piece) throws IOException {
    AsyncDataConsumer to = consumer;
    if (to != null) {
      to.consume(piece);
    }
  }

  @Override
  public void streamEnd(List<? extends Header> trailers) throws HttpException, IOException {
    AsyncDataConsumer to = consumer;
    if (to != null) {
      to.streamEnd(trailers);
    }
    told.completed();
  }

  @Override
  public void cancel() {
    told.failed(new InterruptedIOException());
  }

  @Override
  public void failed(Exception cause) {
    told.failed(cause);
  }

  /** The application's are released when its call is over. */
  @Override
  public void releaseResources() {}
}
