// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.HeaderSink;
import io.inboard.call.OutboundRequest;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The request of a hop, as the core sees it, and the place where the core's headers go. Used by one
 * thread at a time.
 *
 * <p>The JDK keeps two sets of headers: those of the application, unmodifiable, and its own
 * ("system headers"), of which it sends what the application has not set. What the mesh adds is a
 * system header; where it must correct one of the application, {@link Route} shows the JDK other
 * ones.
 */
final class HopRequest implements OutboundRequest, HeaderSink {
  private static final String PUBLISHERS = "jdk.internal.net.http.RequestPublishers$";

  /**
   * What the JDK's publishers hold or can open again. All others can be subscribed to again, too,
   * but nobody knows what they do then: a supplier of input streams often hands out the same one.
   */
  private static final Set<String> REPLAYABLE =
      Set.of(
          PUBLISHERS + "ByteArrayPublisher",
          PUBLISHERS + "StringPublisher",
          PUBLISHERS + "FilePublisher",
          PUBLISHERS + "IterablePublisher");

  private static final String EMPTY = PUBLISHERS + "EmptyPublisher";

  private final HttpRequest request;
  private final URI uri;
  private final Route route;
  private final Map<String, List<String>> systemHeaders;

  /** The JDK's own headers before the first attempt. */
  private final Map<String, List<String>> untouched;

  HopRequest(Object request, Route route) {
    this.request = (HttpRequest) request;
    this.uri = this.request.uri();
    this.route = route;
    this.systemHeaders = Internals.systemHeaders(request);
    this.untouched = copy(systemHeaders);
  }

  /**
   * Forgets what the attempt before this one has set, and what the JDK has set for its connection
   * (a protocol upgrade, chunked encoding).
   */
  void beginAttempt() {
    systemHeaders.clear();
    systemHeaders.putAll(untouched);
  }

  boolean isHttps() {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  @Override
  public String library() {
    return JdkHttpClientHooks.NAME;
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public String scheme() {
    return isHttps() ? "https" : "http";
  }

  @Override
  public String host() {
    return uri.getHost();
  }

  @Override
  public int port() {
    return uri.getPort() != -1 ? uri.getPort() : isHttps() ? 443 : 80;
  }

  @Override
  public String target() {
    String path = uri.getRawPath();
    String query = uri.getRawQuery();
    String target = path == null || path.isEmpty() ? "/" : path;
    return query == null ? target : target + "?" + query;
  }

  @Override
  public List<String> headers(String name) {
    List<String> own = request.headers().allValues(name);
    if (!own.isEmpty()) {
      return own;
    }
    List<String> added = untouched.get(name);
    return added == null ? List.of() : List.copyOf(added);
  }

  /** A web socket's handshake goes where it likes, too: its connection outlives the exchange. */
  @Override
  public boolean proxied() {
    return Internals.isProxied(request) || Internals.isWebSocket(request);
  }

  @Override
  public Body body() {
    BodyPublisher publisher = request.bodyPublisher().orElse(null);
    String kind = publisher == null ? EMPTY : publisher.getClass().getName();
    if (kind.equals(EMPTY)) {
      return Body.NONE;
    }
    return REPLAYABLE.contains(kind) ? Body.REPLAYABLE : Body.ONE_SHOT;
  }

  @Override
  public void set(String name, String value) {
    removeOwn(name);
    systemHeaders.put(name, List.of(value));
  }

  @Override
  public void remove(String name) {
    removeOwn(name);
    systemHeaders.remove(name);
  }

  /** The application's values would win over ours. */
  private void removeOwn(String name) {
    HttpHeaders now = Route.headers(request, request.headers());
    if (now.firstValue(name).isPresent()) {
      route.replaceHeaders(HttpHeaders.of(now.map(), (n, v) -> !n.equalsIgnoreCase(name)));
    }
  }

  private static Map<String, List<String>> copy(Map<String, List<String>> headers) {
    Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    return copy;
  }
}
