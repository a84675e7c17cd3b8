// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundCall;
import io.inboard.call.InboundRequest;
import io.inboard.call.PeerIdentity;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** An exchange's request in the neutral words. */
record JdkRequest(HttpExchange exchange) implements InboundRequest {
  @Override
  public String library() {
    return JdkHttpServerHooks.NAME;
  }

  @Override
  public String method() {
    return exchange.getRequestMethod();
  }

  @Override
  public String scheme() {
    return exchange instanceof HttpsExchange ? "https" : "http";
  }

  @Override
  public String protocolVersion() {
    String protocol = exchange.getProtocol();
    return protocol.substring(protocol.indexOf('/') + 1);
  }

  @Override
  public String path() {
    String path = exchange.getRequestURI().getRawPath();
    return path == null || path.isEmpty() ? "/" : path;
  }

  /**
   * The server chooses by {@code URI.getPath} (ServerImpl.Exchange.run, ContextList.findContext).
   * Of {@code //pub/admin} that is {@code /admin}, for {@code java.net.URI} takes {@code pub} for a
   * host; who looks at the whole target sees another path.
   */
  @Override
  public List<String> paths() {
    String target = exchange.getRequestURI().toString();
    if (!target.startsWith("//")) {
      return List.of(path());
    }
    int end = 0;
    while (end < target.length() && target.charAt(end) != '?' && target.charAt(end) != '#') {
      end++;
    }
    return List.of(path(), target.substring(0, end));
  }

  /** Contexts are prefixes of characters, not of segments, until JDK 26. */
  @Override
  public String handlerPath() {
    String context = exchange.getHttpContext().getPath();
    String path = exchange.getRequestURI().getPath();
    boolean within =
        !context.endsWith("/")
            && path.length() > context.length()
            && path.charAt(context.length()) != '/';
    return within ? context : "";
  }

  @Override
  public String query() {
    String query = exchange.getRequestURI().getRawQuery();
    return query == null ? "" : query;
  }

  @Override
  public InetSocketAddress local() {
    return exchange.getLocalAddress();
  }

  @Override
  public InetSocketAddress remote() {
    return exchange.getRemoteAddress();
  }

  @Override
  public long queuedNanos() {
    return Connections.waitedNanos(Exchanges.channel(exchange));
  }

  @Override
  public boolean hasOwnTls() {
    return exchange instanceof HttpsExchange;
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return Connections.peer(Exchanges.channel(exchange));
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = exchange.getRequestHeaders().get(name);
    return values == null ? List.of() : values;
  }

  /** Removes what the request says of its sender's identity, where the mesh guards that. */
  static void removeClaims(HttpExchange exchange) {
    if (Inboard.inbound().guardsIdentity()
        && exchange.getRequestHeaders().containsKey(Inbound.FORWARDED_CLIENT_CERT)) {
      Headers headers = new Headers();
      headers.putAll(exchange.getRequestHeaders());
      headers.remove(Inbound.FORWARDED_CLIENT_CERT);
      Exchanges.headers(exchange, headers);
    }
  }

  /** The server's header map cannot be modified: the application is given another one. */
  static void rewriteHeaders(HttpExchange exchange, InboundCall call) {
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    call.writeHeaders(
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            headers.put(name, List.of(value));
          }

          @Override
          public void remove(String name) {
            headers.remove(name);
          }
        });
    Exchanges.headers(exchange, headers);
  }
}
