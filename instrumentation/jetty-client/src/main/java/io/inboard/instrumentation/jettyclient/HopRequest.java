// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.OutboundRequest;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The request of a hop, as the core sees it. Used by one thread at a time. */
final class HopRequest implements OutboundRequest {
  private final Object destination;
  private final Object request;
  private final Outgoing outgoing;

  /** Null where there is none. */
  private final SentBody body;

  HopRequest(Object destination, Object request, Outgoing outgoing, SentBody body) {
    this.destination = destination;
    this.request = request;
    this.outgoing = outgoing;
    this.body = body;
  }

  @Override
  public String library() {
    return JettyClientHooks.NAME;
  }

  @Override
  public String method() {
    return Jetty.method(request);
  }

  @Override
  public String scheme() {
    return Jetty.scheme(request);
  }

  @Override
  public String host() {
    return Jetty.host(request);
  }

  @Override
  public int port() {
    return Jetty.port(request);
  }

  @Override
  public String target() {
    String path = (String) Members.PATH.call(request);
    String query = (String) Members.QUERY.call(request);
    String target = path == null || path.isEmpty() ? "/" : path;
    return query == null ? target : target + "?" + query;
  }

  @Override
  public String url() {
    URI uri = Jetty.uri(request);
    return uri == null ? "" : uri.toString();
  }

  @Override
  public List<String> headers(String name) {
    return outgoing.own(name);
  }

  @Override
  public boolean proxied() {
    return Jetty.isProxied(destination);
  }

  /** {@code Request.timeout}, of all hops of a call: at most this is left. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    long own = TimeUnit.MILLISECONDS.toNanos((long) Members.TIMEOUT.call(request));
    return own > 0 ? own - elapsedNanos : Long.MAX_VALUE;
  }

  @Override
  public Body body() {
    return body == null ? Body.NONE : isReplaced() ? Body.ONE_SHOT : body.state();
  }

  /**
   * Whether a listener has put another body in the place of the application's, perhaps one that
   * reads it, past what is kept.
   */
  private boolean isReplaced() {
    Object now = Jetty.content(request);
    return Jetty.IS_12 && now != body && now != body.own();
  }
}
