// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.client.KeptBody;
import io.inboard.instrumentation.apachehttpclient4.RequestView;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.routing.HttpRoute;
import org.apache.http.nio.protocol.HttpAsyncRequestProducer;

/** A hop as the core sees it. The library repeats nothing that it has sent. */
final class CallRequest extends RequestView {
  private final HttpAsyncRequestProducer producer;

  /** What was sent of a body that can be read once. */
  private final KeptBody kept = new KeptBody();

  CallRequest(
      HttpRequestWrapper request,
      HttpRoute route,
      HttpClientContext context,
      HttpAsyncRequestProducer producer,
      boolean resent) {
    super(request, route, context, resent);
    this.producer = producer;
  }

  KeptBody kept() {
    return kept;
  }

  /** Whether the application can produce the body once only. */
  boolean isOnce() {
    return entity() != null && !producer.isRepeatable();
  }

  @Override
  public String library() {
    return ApacheHttpAsyncClient4Hooks.NAME;
  }

  @Override
  public Body body() {
    if (entity() == null) {
      return Body.NONE;
    }
    return producer.isRepeatable() || kept.isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
  }
}
