// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.OutboundRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The request of a call, as the core sees it: what the application has asked for, and the headers
 * that it has set since.
 */
final class CallRequest implements OutboundRequest {
  private final String method;
  private final String host;
  private final int port;
  private final String uri;
  private final MultiMap asked;
  private final long idleMillis;
  private final SentBody body;

  /** What the application has, and when it got it; null before. */
  private volatile HttpClientRequest request;

  private volatile long since;
  private volatile Outgoing outgoing;

  /**
   * @param asked headers; null: none
   * @param idleMillis 0: the application waits for ever
   */
  CallRequest(
      String method,
      String host,
      int port,
      String uri,
      MultiMap asked,
      long idleMillis,
      SentBody body) {
    this.method = method;
    this.host = host;
    this.port = port;
    this.uri = uri;
    this.asked = asked;
    this.idleMillis = idleMillis;
    this.body = body;
  }

  /** The application gets its request. */
  void given(HttpClientRequest made) {
    since = System.nanoTime();
    request = made;
  }

  /** Its head goes out. */
  void sent(Outgoing headers) {
    outgoing = headers;
  }

  @Override
  public String library() {
    return VertxClientHooks.NAME;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String scheme() {
    return "http";
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String target() {
    return uri.isEmpty() ? "/" : uri;
  }

  @Override
  public String url() {
    return "http://" + host + (port == 80 ? "" : ":" + port) + uri;
  }

  @Override
  public List<String> headers(String name) {
    Outgoing headers = outgoing;
    if (headers != null) {
      return headers.own(name);
    }
    HttpClientRequest made = request;
    if (made != null) {
      return made.headers().getAll(name);
    }
    return asked == null ? List.of() : asked.getAll(name);
  }

  /** The library's bound begins with the request that the application gets. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    if (idleMillis <= 0) {
      return Long.MAX_VALUE;
    }
    long used = request == null ? 0 : System.nanoTime() - since;
    return TimeUnit.MILLISECONDS.toNanos(idleMillis) - used;
  }

  @Override
  public Body body() {
    return body.state();
  }
}
