// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.OutboundRequest;
import io.inboard.call.client.Refusals;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;

/** The request of a hop, as the core sees it. Used by one thread at a time. */
final class HopRequest implements OutboundRequest {
  private static final String PUBLISHERS = "jdk.internal.net.http.RequestPublishers$";

  /**
   * What the JDK's publishers hold or can open again. All others can be subscribed to again, too,
   * but what they do then is unknown: a supplier of input streams often hands out the same one.
   */
  private static final Set<String> REPLAYABLE =
      Set.of(
          PUBLISHERS + "ByteArrayPublisher",
          PUBLISHERS + "StringPublisher",
          PUBLISHERS + "FilePublisher",
          PUBLISHERS + "IterablePublisher");

  /** More would not fit into nanoseconds, and is as good as for ever. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private static final String EMPTY = PUBLISHERS + "EmptyPublisher";

  private final HttpRequest request;
  private final URI uri;
  private final Outgoing outgoing;
  private final boolean pushes;
  private final boolean resent;

  /** The body as attempts send it; null where the JDK sends it without us. */
  private volatile ReplayedBody replayed;

  /**
   * @param pushes whether the application takes pushed responses
   * @param resent whether the JDK repeats the hop before this one
   */
  HopRequest(Outgoing outgoing, boolean pushes, boolean resent) {
    this.resent = resent;
    this.pushes = pushes;
    this.outgoing = outgoing;
    this.request = (HttpRequest) outgoing.request();
    this.uri = this.request.uri();
  }

  /** What to fail with where a hook of ours has thrown and the JDK would send in the clear. */
  static Optional<SSLException> failClosed(Object request, Throwable mistake) {
    URI uri = ((HttpRequest) request).uri();
    return Refusals.failClosed(
        JdkHttpClientHooks.NAME, uri.getScheme(), uri.getHost(), port(uri), mistake);
  }

  /** Whether that is the case; any number of times. */
  static boolean mustEncrypt(Object request) {
    URI uri = ((HttpRequest) request).uri();
    return Refusals.mustEncrypt(uri.getScheme(), uri.getHost(), port(uri));
  }

  /** Of http. */
  private static int port(URI uri) {
    return uri.getPort() != -1 ? uri.getPort() : 80;
  }

  /** The body that can be sent once only, of which attempts may keep what they send. */
  void replaying(ReplayedBody body) {
    replayed = body;
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
  public String url() {
    return uri.toString();
  }

  @Override
  public List<String> headers(String name) {
    List<String> own = request.headers().allValues(name);
    if (!own.isEmpty()) {
      return own;
    }
    List<String> added = outgoing.systemHeader(name);
    return added == null ? List.of() : List.copyOf(added);
  }

  @Override
  public boolean proxied() {
    return Internals.isProxied(request);
  }

  @Override
  public boolean resent() {
    return resent;
  }

  /** MultiExchange.canRetryRequest, without what its system property adds to it. */
  @Override
  public boolean repeatedByLibrary() {
    return method().equals("GET") || method().equals("HEAD");
  }

  /** Pushed responses have one place to go to, and so has what follows an upgrade. */
  @Override
  public boolean hedgeable() {
    return !isHttps()
        && !proxied()
        && held() != Body.ONE_SHOT
        && !pushes
        && !Internals.isWebSocket(request);
  }

  /** {@code HttpRequest.timeout}, of the whole hop up to the head. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    Duration own = request.timeout().orElse(null);
    return own == null || own.compareTo(LONGEST) > 0
        ? Long.MAX_VALUE
        : own.toNanos() - elapsedNanos;
  }

  @Override
  public Body body() {
    ReplayedBody body = replayed;
    return body == null ? held() : body.body();
  }

  /** What the JDK holds of the body. */
  Body held() {
    BodyPublisher publisher = request.bodyPublisher().orElse(null);
    String kind = publisher == null ? EMPTY : publisher.getClass().getName();
    if (kind.equals(EMPTY)) {
      return Body.NONE;
    }
    return REPLAYABLE.contains(kind) ? Body.REPLAYABLE : Body.ONE_SHOT;
  }
}
