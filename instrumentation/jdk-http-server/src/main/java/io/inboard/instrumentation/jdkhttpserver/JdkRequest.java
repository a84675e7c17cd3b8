// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.Claims;
import io.inboard.call.server.ResponseHeaders;
import io.inboard.call.server.ServerExchange;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** An exchange of the server at the gate. */
record JdkRequest(HttpExchange exchange) implements ServerExchange {
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
    Connection known = connection();
    return known == null ? 0 : known.waitedNanos();
  }

  @Override
  public boolean hasOwnTls() {
    return exchange instanceof HttpsExchange;
  }

  @Override
  public Optional<PeerIdentity> peer() {
    Connection known = connection();
    return known == null ? Optional.empty() : known.inbound().peer();
  }

  @Override
  public List<String> headers(String name) {
    List<String> values = exchange.getRequestHeaders().get(name);
    return values == null ? List.of() : values;
  }

  @Override
  public boolean isMutualTls() {
    Connection known = connection();
    return known != null && known.inbound().isMutualTls();
  }

  @Override
  public Refusal lapsed() {
    Connection known = connection();
    return known == null ? Refusal.EXPIRED : known.inbound().lapsed();
  }

  @Override
  public String route() {
    return exchange.getHttpContext().getPath();
  }

  /** The server's header map cannot be modified: the application is given another one. */
  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    Headers headers = new Headers();
    headers.putAll(exchange.getRequestHeaders());
    correction.accept(
        new HeaderSink() {
          @Override
          public void set(String name, String value) {
            remove(name);
            headers.put(name, List.of(value));
          }

          @Override
          public void remove(String name) {
            headers.keySet().removeIf(each -> Claims.isSpelling(each, name));
          }
        });
    Exchanges.headers(exchange, headers);
  }

  @Override
  public HeaderSink responseHeaders() {
    Headers headers = exchange.getResponseHeaders();
    return new ResponseHeaders(headers::containsKey, headers::set);
  }

  @Override
  public void serving(InboundCall call) {
    Exchanges.begin(exchange, call);
  }

  /** After an empty answer the server reads what the peer still sends, as after any other. */
  @Override
  public void answer(Answer answer) throws IOException {
    byte[] text = answer.text().getBytes(StandardCharsets.US_ASCII);
    boolean empty = text.length == 0 || exchange.getRequestMethod().equals("HEAD");
    if (answer.close()) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
    if (text.length > 0) {
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    }
    exchange.sendResponseHeaders(answer.status(), empty ? -1 : text.length);
    if (!empty) {
      exchange.getResponseBody().write(text);
    }
    if (text.length > 0) {
      exchange.close();
    }
  }

  /** Null once it is closed; of TLS of the application's own it knows the waiting time only. */
  private Connection connection() {
    return Connections.known(Exchanges.channel(exchange));
  }
}
