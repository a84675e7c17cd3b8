// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.OutboundRequest;
import java.util.List;
import java.util.Objects;

/**
 * The application's request as its destination sees it, where the application's URL has another
 * host than the destination.
 *
 * @param host the logical host of the destination
 * @param named addresses of endpoints ({@code 10.0.0.5:8080}) that the URL stands for, one of which
 *     gets the first attempt while it is well; empty: the destination chooses among all
 */
public record AtHost(OutboundRequest request, String host, List<String> named)
    implements OutboundRequest {
  public AtHost {
    Objects.requireNonNull(request);
    Objects.requireNonNull(host);
    named = List.copyOf(named);
  }

  @Override
  public String library() {
    return request.library();
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public String scheme() {
    return request.scheme();
  }

  @Override
  public int port() {
    return request.port();
  }

  @Override
  public String target() {
    return request.target();
  }

  @Override
  public boolean isGrpc() {
    return request.isGrpc();
  }

  @Override
  public String url() {
    return request.url();
  }

  @Override
  public List<String> headers(String name) {
    return request.headers(name);
  }

  @Override
  public CharSequence only(String name) {
    return request.only(name);
  }

  @Override
  public boolean proxied() {
    return request.proxied();
  }

  @Override
  public boolean resent() {
    return request.resent();
  }

  @Override
  public boolean repeatedByLibrary() {
    return request.repeatedByLibrary();
  }

  @Override
  public boolean repeatedAfterRequestTimeout() {
    return request.repeatedAfterRequestTimeout();
  }

  @Override
  public boolean hedgeable() {
    return request.hedgeable();
  }

  @Override
  public long patienceNanos(long elapsedNanos) {
    return request.patienceNanos(elapsedNanos);
  }

  @Override
  public Kind kind() {
    return request.kind();
  }

  @Override
  public Body body() {
    return request.body();
  }
}
