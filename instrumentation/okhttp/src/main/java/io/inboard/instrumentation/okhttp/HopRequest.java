// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.call.OutboundRequest;
import io.inboard.call.client.KeptBody;
import io.inboard.call.client.Refusals;
import java.net.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.Address;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;

/** A hop as the core sees it, with the headers that the library has added for the network. */
final class HopRequest implements OutboundRequest {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  private final Interceptor.Chain chain;
  private final Request request;
  private final Address own;
  private final boolean resent;
  private final boolean retries;

  /** Null until asked for: a selector of the application may be slow. */
  private Boolean proxied;

  /** What was sent of a body that can be read once. */
  private final KeptBody kept = new KeptBody();

  /**
   * @param resent whether the library sends by itself once more what it has sent before
   * @param retries whether the application lets it
   */
  HopRequest(Interceptor.Chain chain, Address own, boolean resent, boolean retries) {
    this.chain = chain;
    this.request = chain.request();
    this.own = Objects.requireNonNull(own);
    this.resent = resent;
    this.retries = retries;
  }

  private static boolean isProxied(Address own) {
    if (own.proxy() != null) {
      return own.proxy().type() != Proxy.Type.DIRECT;
    }
    List<Proxy> proxies;
    try {
      proxies = own.proxySelector().select(own.url().uri());
    } catch (RuntimeException e) {
      // The library asks it again in a moment, and the application gets the error from there.
      return true;
    }
    return proxies != null && !proxies.isEmpty() && proxies.get(0).type() != Proxy.Type.DIRECT;
  }

  /** A refusal as {@link OkHttpAdvice.Hop} wants it; null to let the library send. */
  static Object[] failClosed(HttpUrl url, Throwable mistake) {
    return Refusals.failClosed(OkHttpHooks.NAME, url.scheme(), host(url), url.port(), mistake)
        .map(e -> new Object[] {null, e})
        .orElse(null);
  }

  /** As a URL has it: the library leaves the brackets of an IPv6 address out. */
  private static String host(HttpUrl url) {
    return url.host().indexOf(':') < 0 ? url.host() : "[" + url.host() + "]";
  }

  KeptBody kept() {
    return kept;
  }

  /** Whether the endpoint is not ours to choose: the application's own TLS, a proxy. */
  boolean isBystander() {
    return request.isHttps() || proxied();
  }

  /** {@code retryOnConnectionFailure}: false forbids another attempt after one that failed. */
  boolean retries() {
    return retries;
  }

  boolean isWebSocket() {
    return "websocket".equalsIgnoreCase(request.header("Upgrade"));
  }

  @Override
  public String library() {
    return OkHttpHooks.NAME;
  }

  @Override
  public String method() {
    return request.method();
  }

  @Override
  public String scheme() {
    return request.url().scheme();
  }

  @Override
  public String host() {
    return host(request.url());
  }

  @Override
  public int port() {
    return request.url().port();
  }

  @Override
  public String target() {
    String query = request.url().encodedQuery();
    String path = request.url().encodedPath();
    return query == null ? path : path + "?" + query;
  }

  @Override
  public List<String> headers(String name) {
    return request.headers(name);
  }

  @Override
  public synchronized boolean proxied() {
    if (proxied == null) {
      proxied = isProxied(own);
    }
    return proxied;
  }

  @Override
  public boolean resent() {
    return resent;
  }

  /** RetryAndFollowUpInterceptor.recover; it repeats a POST, too, which is left out. */
  @Override
  public boolean repeatedByLibrary() {
    RequestBody body = request.body();
    return retries && IDEMPOTENT.contains(request.method()) && (body == null || !body.isOneShot());
  }

  @Override
  public boolean repeatedAfterRequestTimeout() {
    return repeatedByLibrary();
  }

  /** Its read timeout, which every attempt has anew, and what its callTimeout leaves. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    long read = TimeUnit.MILLISECONDS.toNanos(chain.readTimeoutMillis());
    long whole = chain.call().timeout().timeoutNanos();
    return Math.min(
        read > 0 ? read : Long.MAX_VALUE, whole > 0 ? whole - elapsedNanos : Long.MAX_VALUE);
  }

  @Override
  public Body body() {
    RequestBody body = request.body();
    if (body == null) {
      return Body.NONE;
    }
    boolean once = body.isDuplex() || (body.isOneShot() && !kept.isWhole());
    return once ? Body.ONE_SHOT : Body.REPLAYABLE;
  }
}
