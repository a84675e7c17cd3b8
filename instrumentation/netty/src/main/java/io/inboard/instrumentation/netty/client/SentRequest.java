// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.netty.handler.codec.http.HttpRequest;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A request of HTTP/1.1 over a connection, as the core sees it.
 *
 * @param called which server, where the connection leads to a proxy that is told by each request
 *     (RFC 9112 section 3.2.2); null: what the connection leads to
 * @param path of the target
 */
record SentRequest(Opened opened, HttpRequest request, InetSocketAddress called, String path)
    implements OverConnection {
  private static final String HTTP = "http://";

  static SentRequest of(Opened opened, HttpRequest request) {
    String uri = request.uri();
    if (!uri.regionMatches(true, 0, HTTP, 0, HTTP.length())) {
      return new SentRequest(opened, request, null, uri);
    }
    int end = HTTP.length();
    while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) {
      end++;
    }
    InetSocketAddress server = server(uri.substring(HTTP.length(), end));
    String path = uri.substring(end);
    boolean itself =
        opened.session() != null
            || opened.isForeign()
            || (server.getPort() == opened.port()
                && server.getHostString().equalsIgnoreCase(opened.host()));
    return new SentRequest(
        opened, request, itself ? null : server, path.startsWith("/") ? path : "/" + path);
  }

  private static InetSocketAddress server(String authority) {
    String host = authority.substring(authority.lastIndexOf('@') + 1);
    int colon = host.lastIndexOf(':');
    int port = 80;
    if (colon > host.lastIndexOf(']')) {
      try {
        port = Integer.parseInt(host.substring(colon + 1));
      } catch (NumberFormatException none) {
        port = 80;
      }
      host = host.substring(0, colon);
    }
    return InetSocketAddress.createUnresolved(host, port < 0 || port > 65_535 ? 80 : port);
  }

  @Override
  public Kind kind() {
    return Kind.ON_CONNECTION;
  }

  @Override
  public String method() {
    return request.method().name();
  }

  @Override
  public String host() {
    return called == null ? opened.host() : called.getHostString();
  }

  @Override
  public int port() {
    return called == null ? opened.port() : called.getPort();
  }

  @Override
  public String target() {
    return path.isEmpty() ? "/" : path;
  }

  @Override
  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  @Override
  public boolean proxied() {
    return called != null || opened.proxied();
  }

  @Override
  public Body body() {
    return Body.ONE_SHOT;
  }
}
