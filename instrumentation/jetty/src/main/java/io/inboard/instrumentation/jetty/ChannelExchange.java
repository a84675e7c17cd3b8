// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.HeaderSink;
import io.inboard.call.InboundCall;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.call.server.ResponseHeaders;
import io.inboard.call.server.ServerExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.EndPoint;

/**
 * A request of Jetty 9.4 to 11 at the gate, before any handler. Used by the thread that serves it.
 */
final class ChannelExchange implements ServerExchange {
  private static final boolean HAS_SCHEME = ChannelMembers.SET_SCHEME.isThere();

  private final Object request;
  private final Object response;
  private final Below below;

  /** Asked once, since the answer is gone with it; negative before. */
  private long queuedNanos = -1;

  ChannelExchange(Object channel) {
    this.request = ChannelMembers.REQUEST.call(channel);
    this.response = ChannelMembers.RESPONSE.call(channel);
    this.below = ChannelTls.below((EndPoint) ChannelMembers.END_POINT.call(channel));
  }

  /**
   * Over TLS of ours the application sees the request that it would see without us. To be asked
   * before Jetty's customizers: what those say of the scheme in front of a proxy counts. A request
   * of HTTP/1 that is https by now says so itself, in its target, which counts in plaintext, too.
   */
  void asWithoutUs() {
    if (below.connection().isPresent()
        && protocolVersion().equals("2")
        && scheme().equals("https")) {
      ChannelMembers.SET_SECURE.call(request, false);
      if (HAS_SCHEME) {
        ChannelMembers.SET_SCHEME.call(request, "http");
      } else {
        HttpURI sent = (HttpURI) ChannelMembers.URI.call(request);
        ChannelMembers.SET_URI.call(request, HttpURI.build(sent).scheme("http").asImmutable());
      }
    }
  }

  /**
   * The head of a stream was read: it has waited until now, and waits for a thread of its own. What
   * else comes on its connection meanwhile says nothing of it.
   */
  void arrived() {
    if (protocolVersion().equals("2") && below.bottom() instanceof MeshEndPoint endPoint) {
      ChannelCalls.arrived(request, System.nanoTime() - endPoint.waited());
    }
  }

  @Override
  public String library() {
    return JettyHooks.NAME;
  }

  @Override
  public String method() {
    return text(ChannelMembers.METHOD.call(request));
  }

  @Override
  public String scheme() {
    String scheme = text(ChannelMembers.SCHEME.call(request));
    return scheme.isEmpty() ? "http" : scheme;
  }

  @Override
  public String protocolVersion() {
    String version = String.valueOf(ChannelMembers.VERSION.call(request));
    return version.equals("HTTP/1.1") ? "1.1" : version.equals("HTTP/2.0") ? "2" : "1.0";
  }

  /** Undecoded; handlers and servlets are chosen by what Jetty's {@code URIUtil} makes of it. */
  @Override
  public String path() {
    String path = text(ChannelMembers.PATH.call(request));
    return path.isEmpty() ? "/" : path;
  }

  @Override
  public String query() {
    return text(ChannelMembers.QUERY.call(request));
  }

  @Override
  public InetSocketAddress local() {
    return below.local();
  }

  @Override
  public InetSocketAddress remote() {
    return below.remote();
  }

  @Override
  public long queuedNanos() {
    if (queuedNanos < 0) {
      Long since = ChannelCalls.arrival(request);
      if (since != null) {
        queuedNanos = Math.max(0, System.nanoTime() - since);
      } else {
        queuedNanos = below.bottom() instanceof MeshEndPoint endPoint ? endPoint.waited() : 0;
      }
    }
    return queuedNanos;
  }

  @Override
  public boolean hasOwnTls() {
    return below.hasOwnTls();
  }

  @Override
  public boolean isMutualTls() {
    return below.connection().isPresent() && below.connection().get().isMutualTls();
  }

  @Override
  public Optional<PeerIdentity> peer() {
    return below.connection().flatMap(InboundConnection::peer);
  }

  @Override
  public Refusal lapsed() {
    return below.connection().map(InboundConnection::lapsed).orElse(Refusal.EXPIRED);
  }

  @Override
  @SuppressWarnings("unchecked") // By the Servlet API.
  public List<String> headers(String name) {
    return Collections.list((Enumeration<String>) ChannelMembers.VALUES.call(request, name));
  }

  @Override
  public void correctHeaders(Consumer<HeaderSink> correction) {
    ChannelHeaders headers = new ChannelHeaders(request);
    correction.accept(headers);
    headers.done();
  }

  @Override
  public HeaderSink responseHeaders() {
    return headersOf(response);
  }

  /** Those of a response, which come after what the application has set. */
  static HeaderSink headersOf(Object response) {
    return new ResponseHeaders(
        name -> (boolean) ChannelMembers.HAS_HEADER.call(response, name),
        (name, value) -> ChannelMembers.SET_HEADER.call(response, name, value));
  }

  @Override
  public void serving(InboundCall call) {
    ChannelCalls.begin(request, new Served(call));
  }

  /** Jetty completes the response, and closes the connection where the body has not come whole. */
  @Override
  public void answer(Answer answer) throws IOException {
    ChannelMembers.HANDLED.call(request, true);
    if ((boolean) ChannelMembers.IS_COMMITTED.call(response)) {
      return;
    }
    byte[] text = answer.text().getBytes(StandardCharsets.US_ASCII);
    ChannelMembers.SET_STATUS.call(response, answer.status());
    if (answer.close() && !protocolVersion().equals("2")) {
      ChannelMembers.SET_HEADER.call(response, "Connection", "close");
    }
    ChannelMembers.SET_LENGTH.call(response, text.length);
    if (text.length > 0) {
      ChannelMembers.SET_HEADER.call(response, "Content-Type", "text/plain");
      ((OutputStream) ChannelMembers.OUTPUT.call(response)).write(text);
    }
  }

  private static String text(Object text) {
    return text == null ? "" : (String) text;
  }
}
