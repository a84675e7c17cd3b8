// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import java.util.List;

/** A request whose head is about to be written, as the core sees it. Of that moment's thread. */
final class SentRequest implements OutboundRequest, HeaderSink {
  private final String method;
  private final String url;
  private final String scheme;
  private final String host;
  private final int port;
  private final String target;
  private final MultiMap headers;

  SentRequest(HttpClientRequest request) {
    // An interface in 4, a class in 5.
    method = String.valueOf(request.getMethod());
    String uri = request.getURI();
    url = request.absoluteURI();
    headers = request.headers();
    scheme = url.startsWith("https:") ? "https" : "http";
    target = uri.isEmpty() ? "/" : uri;
    int authority = scheme.length() + 3;
    int end = url.length() - uri.length();
    String where = authority < end ? url.substring(authority, end) : "";
    // An address of IPv6 has colons of its own, inside of brackets.
    int colon = where.indexOf(':', where.lastIndexOf(']') + 1);
    host = colon < 0 ? where : where.substring(0, colon);
    port = colon < 0 ? -1 : number(where.substring(colon + 1));
  }

  private static int number(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
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
    return scheme;
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public int port() {
    return port > 0 ? port : scheme.equals("https") ? 443 : 80;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public List<String> headers(String name) {
    return headers.getAll(name);
  }

  /** It has its connection already: where it goes is not ours to say, as through a proxy. */
  @Override
  public boolean proxied() {
    return true;
  }

  @Override
  public Body body() {
    return Body.ONE_SHOT;
  }

  @Override
  public void set(String name, String value) {
    headers.set(name, value);
  }

  @Override
  public void remove(String name) {
    headers.remove(name);
  }
}
