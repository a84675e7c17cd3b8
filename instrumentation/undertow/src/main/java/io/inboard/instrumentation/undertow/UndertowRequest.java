// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.call.server.ServerExchange;
import io.inboard.call.server.Targets;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.xnio.StreamConnection;

/** An exchange at the gate. Used by the thread that works for the exchange. */
final class UndertowRequest implements ServerExchange {
  private final HttpServerExchange exchange;

  /** Null if it is not known: of a kind that Undertow makes up. */
  private final StreamConnection stream;

  /** Null if it is not one of ours. */
  private final InboundConnection inbound;

  /** Asked several times; null before. */
  private String path;

  UndertowRequest(HttpServerExchange exchange) {
    this.exchange = exchange;
    this.stream = Connections.of(exchange.getConnection());
    this.inbound = Connections.known(stream);
  }

  /**
   * What HttpOpenListener accepts, whatever it speaks later; not what an Http2OpenListener of the
   * application's own does (HTTP/2 by prior knowledge), or an AjpOpenListener.
   */
  @Override
  public boolean isSecurable() {
    return exchange.getConnection() instanceof HttpServerConnection;
  }

  @Override
  public String library() {
    return UndertowHooks.NAME;
  }

  @Override
  public String method() {
    return exchange.getRequestMethod().toString();
  }

  /** Over HTTP/2 its peer says https of TLS that the application does not know of. */
  @Override
  public String scheme() {
    if (isMutualTls()) {
      return "http";
    }
    String scheme = exchange.getRequestScheme();
    return scheme == null ? "http" : scheme;
  }

  @Override
  public String protocolVersion() {
    HttpString protocol = exchange.getProtocol();
    if (protocol.equals(Protocols.HTTP_1_1)) {
      return "1.1";
    }
    return protocol.equals(Protocols.HTTP_2_0) ? "2" : "1.0";
  }

  /**
   * {@code requestURI}, which applications read undecoded; where it begins with scheme and host,
   * what follows these is asked for (RFC 9112 section 3.2.2), and what servlets get. A listener
   * that lets unescaped characters through (ALLOW_UNESCAPED_CHARACTERS_IN_URL) may have decoded it.
   */
  @Override
  public String path() {
    if (path == null) {
      path = Targets.path(exchange.getRequestURI(), exchange.isHostIncludedInRequestURI());
    }
    return path;
  }

  /**
   * Undertow chooses handlers by {@code requestPath}, which is decoded by the listener's options,
   * and has no path parameters. Where the target was decoded, a code has become what ends a path to
   * an application that looks at it by itself.
   */
  @Override
  public List<String> paths() {
    String sent = path();
    String decoded = exchange.getRequestPath();
    boolean chosenByAnother = decoded != null && !decoded.isEmpty() && !decoded.equals(sent);
    int end = Targets.end(sent);
    if (!chosenByAnother && end == sent.length()) {
      return List.of(sent);
    }
    List<String> paths = new ArrayList<>();
    paths.add(sent);
    if (chosenByAnother) {
      paths.add(Targets.encode(decoded));
    }
    if (end < sent.length()) {
      paths.add(sent.substring(0, end));
    }
    return paths;
  }

  @Override
  public String query() {
    String query = exchange.getQueryString();
    return query == null ? "" : query;
  }

  @Override
  public InetSocketAddress local() {
    if (inbound != null) {
      return inbound.local();
    }
    return inet(stream == null ? connection().getLocalAddress() : Connections.local(stream));
  }

  @Override
  public InetSocketAddress remote() {
    return inbound == null ? inet(connection().getPeerAddress()) : inbound.remote();
  }

  private ServerConnection connection() {
    return exchange.getConnection();
  }

  private static InetSocketAddress inet(SocketAddress address) {
    return address instanceof InetSocketAddress known
        ? known
        : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Override
  public boolean hasOwnTls() {
    return Connections.hasOwnTls(stream);
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return inbound == null ? Optional.empty() : inbound.peer();
  }

  @Override
  public List<String> headers(String name) {
    HeaderValues values = exchange.getRequestHeaders().get(name);
    return values == null ? List.of() : values;
  }

  @Override
  public boolean isMutualTls() {
    return inbound != null && inbound.isMutualTls();
  }

  @Override
  public Refusal lapsed() {
    return inbound == null ? Refusal.EXPIRED : inbound.lapsed();
  }

  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    correction.accept(new UndertowHeaders(exchange.getRequestHeaders()));
  }

  @Override
  public HeaderSink responseHeaders() {
    return UndertowHeaders.ofResponse(exchange.getResponseHeaders());
  }

  @Override
  public void serving(InboundCall call) {
    ServedRequest.begin(exchange, call);
  }

  /**
   * Never blocks where the exchange is on its I/O thread. As after an answer of the application's,
   * Undertow reads the rest of the request, unless its sender waits for a 100.
   */
  @Override
  public void answer(Answer answer) {
    if (exchange.isResponseStarted()) {
      return;
    }
    exchange.setStatusCode(answer.status());
    if (answer.close() || exchange.getRequestHeaders().contains(Headers.EXPECT)) {
      exchange.setPersistent(false);
    }
    if (answer.text().isEmpty()) {
      exchange.endExchange();
    } else {
      exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
      exchange.getResponseSender().send(answer.text());
    }
  }
}
