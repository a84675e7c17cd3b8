// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.client.KeptBody;
import org.apache.http.HttpEntity;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.routing.HttpRoute;

/** A hop as the core sees it. */
final class HopRequest extends RequestView {
  /** Null where the library repeats nothing by itself. */
  private final Conversation conversation;

  /** What was sent of a body that can be read once. */
  private final KeptBody kept = new KeptBody();

  HopRequest(
      HttpRequestWrapper request,
      HttpRoute route,
      HttpClientContext context,
      Conversation conversation,
      boolean resent) {
    super(request, route, context, resent);
    this.conversation = conversation;
  }

  /** Null where the library repeats nothing by itself. */
  Conversation conversation() {
    return conversation;
  }

  KeptBody kept() {
    return kept;
  }

  @Override
  public String library() {
    return ApacheHttpClient4Hooks.NAME;
  }

  /** RetryExec, which asks the application's handler. */
  @Override
  public boolean repeatedByLibrary() {
    HttpEntity entity = entity();
    return conversation != null
        && isIdempotent()
        && (entity == null || entity.isRepeatable())
        && conversation.repeats();
  }

  @Override
  public Body body() {
    HttpEntity entity = entity();
    if (entity == null) {
      return Body.NONE;
    }
    return entity.isRepeatable() || kept.isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
  }
}
