// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.WeakIdentityMap;
import io.inboard.call.client.Delays;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the current attempt changes about its request, as the hooks in {@code HttpRequestImpl} read
 * it. One for a hop. Written by the thread that begins an attempt, before the JDK reads the request
 * for it; read by any thread, hence volatile.
 */
final class Route {
  /** Does not hold its key: see {@link WeakIdentityMap}. */
  private static final WeakIdentityMap<Object, Route> ROUTES = new WeakIdentityMap<>();

  private volatile EndpointAddress address;
  private volatile HttpHeaders headers;
  private volatile long connectTimeoutNanos = Long.MAX_VALUE;
  private volatile boolean opens;
  private volatile boolean repeats;

  private Route() {}

  /** Of a request that is not known yet to be ours. */
  static Route unknown() {
    return new Route();
  }

  /** From now on the hooks in the request read this route. */
  void of(Object request) {
    ROUTES.put(request, this);
  }

  static void forget(Object request) {
    ROUTES.remove(request);
  }

  static int known() {
    return ROUTES.size();
  }

  /**
   * Begins an attempt.
   *
   * @param address null: the library resolves the application's host
   * @param repeats whether the mesh, and not the JDK, repeats what was not sent
   */
  void begin(EndpointAddress address, long connectTimeoutNanos, boolean repeats) {
    this.repeats = repeats;
    this.address = address;
    this.connectTimeoutNanos = connectTimeoutNanos;
    headers = null;
    opens = false;
  }

  /** Puts other headers in place of those that the application set. */
  void replaceHeaders(HttpHeaders headers) {
    this.headers = headers;
  }

  /** Whether the attempt opens a connection instead of taking one from the pool. */
  boolean opensConnection() {
    return opens;
  }

  /** Whether a request goes over a pooled connection that the mesh can exchange for another. */
  static boolean mayChangeConnection(Object request) {
    Route route = ROUTES.get(request);
    return route != null && route.repeats && !route.opens;
  }

  /** {@code HttpRequestImpl#getAddress}: where to connect; null: as the JDK has it. */
  static EndpointAddress address(Object request) {
    Route route = ROUTES.get(request);
    return route == null ? null : route.address;
  }

  /** {@code HttpRequestImpl#secure}: true makes the JDK build a TLS connection, with ALPN. */
  static boolean secure(Object request, boolean own) {
    return own || isSecured(request);
  }

  private static boolean isSecured(Object request) {
    return EndpointAddress.tlsOf(address(request)).isPresent();
  }

  /** {@code Http1Request#hostString}: as without TLS, where port 80 is left out and 443 is not. */
  static String hostHeader(Object request, String own) {
    URI uri = ((HttpRequest) request).uri();
    if (uri.getPort() == -1 || !isSecured(request)) {
      return own;
    }
    return uri.getPort() == 80 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }

  /**
   * {@code HttpRequestImpl#getUserHeaders}: the application's, unless the mesh must correct one.
   */
  static HttpHeaders headers(Object request, HttpHeaders own) {
    Route route = ROUTES.get(request);
    HttpHeaders headers = route == null ? null : route.headers;
    return headers == null ? own : headers;
  }

  /**
   * {@code Exchange#remainingConnectTimeout}, asked when a connection is about to be opened. The
   * JDK's own timer would cancel the whole conversation, so the attempt's bound has one of its own,
   * which fails the attempt.
   */
  static void opening(Object exchange) {
    Route route = ROUTES.get(Internals.request(exchange));
    if (route == null) {
      return;
    }
    route.opens = true;
    long nanos = route.connectTimeoutNanos;
    if (nanos < TimeUnit.DAYS.toNanos(1)) {
      Delays.OF_JDK.after(
          nanos, () -> Internals.cancelUnlessConnected(exchange, Duration.ofNanos(nanos)));
    }
  }
}
