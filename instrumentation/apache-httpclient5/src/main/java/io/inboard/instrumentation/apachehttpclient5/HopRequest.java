// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.OutboundRequest;
import io.inboard.call.client.KeptBody;
import io.inboard.call.client.Refusals;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.util.Timeout;

/** A hop as the core sees it, of a classic client and of one that does not block. */
final class HopRequest implements OutboundRequest {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  private final String library;
  private final HttpRequest request;
  private final HttpHost target;
  private final boolean proxied;
  private final boolean resent;
  private final Body content;
  private final BooleanSupplier repeats;
  private final HttpContext context;

  /** What was sent of a body that can be read once. */
  private final KeptBody kept = new KeptBody();

  /**
   * @param library the unit's name
   * @param target whom the application calls
   * @param content what the library says of the body
   * @param repeats whether the application's strategy would repeat it after an end without answer
   * @param context of the call
   */
  HopRequest(
      String library,
      HttpRequest request,
      HttpHost target,
      boolean proxied,
      boolean resent,
      Body content,
      BooleanSupplier repeats,
      HttpContext context) {
    this.library = library;
    this.request = request;
    this.target = target;
    this.proxied = proxied;
    this.resent = resent;
    this.content = content;
    this.repeats = repeats;
    this.context = context;
  }

  /** A refusal of what must be encrypted; empty to let the library send. */
  static Optional<SSLException> failClosed(HttpHost target, Throwable mistake) {
    return Refusals.failClosed(
        ApacheHttpClient5Hooks.NAME,
        target.getSchemeName(),
        host(target.getHostName()),
        port(target),
        mistake);
  }

  private static boolean mustEncrypt(HttpHost target) {
    return Refusals.mustEncrypt(target.getSchemeName(), host(target.getHostName()), port(target));
  }

  /**
   * A refusal of a call whose URL names what must be encrypted, and whose route leads elsewhere in
   * the clear: an application's HttpRoutePlanner may do that. Empty to let it go on.
   */
  static Optional<SSLException> past(HttpRequest request, HttpHost target, boolean proxied) {
    NamedEndpoint named = request.getAuthority();
    if (named == null || proxied || !target.getSchemeName().equalsIgnoreCase("http")) {
      return Optional.empty();
    }
    String scheme = request.getScheme();
    HttpHost host = new HttpHost(scheme == null ? "http" : scheme, named);
    boolean same =
        port(host) == port(target)
            && host(host.getHostName()).equalsIgnoreCase(host(target.getHostName()));
    return same || mustEncrypt(target) ? Optional.empty() : failClosed(host, null);
  }

  /** A refusal of a tunnel that an application opens by the library's ProxyClient. */
  static Optional<ConnectException> tunnel(Class<?> opener, HttpHost target) {
    return Refusals.tunnel(opener, host(target.getHostName()), port(target));
  }

  /** The same after an error of ours. */
  static Optional<ConnectException> tunnelAfter(Throwable mistake, HttpHost target) {
    return Refusals.tunnelAfter(mistake, host(target.getHostName()), port(target));
  }

  /** As a URL has it: the library leaves the brackets of an IPv6 address out. */
  static String host(String name) {
    return name.indexOf(':') < 0 || name.startsWith("[") ? name : "[" + name + "]";
  }

  private static int port(HttpHost host) {
    if (host.getPort() > 0) {
      return host.getPort();
    }
    return host.getSchemeName().equalsIgnoreCase("https") ? 443 : 80;
  }

  KeptBody kept() {
    return kept;
  }

  boolean isOnce() {
    return content == Body.ONE_SHOT;
  }

  /** Whether the endpoint is not ours to choose: the application's own TLS, a proxy. */
  boolean isBystander() {
    return proxied || !target.getSchemeName().equalsIgnoreCase("http");
  }

  @Override
  public String library() {
    return library;
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String scheme() {
    return target.getSchemeName();
  }

  @Override
  public String host() {
    return host(target.getHostName());
  }

  @Override
  public int port() {
    return port(target);
  }

  @Override
  public String target() {
    String path = request.getPath();
    if (path == null || path.isEmpty()) {
      return "/";
    }
    int scheme = path.startsWith("/") ? -1 : path.indexOf("://");
    if (scheme < 0) {
      return path;
    }
    // The whole URL, for a proxy.
    int slash = path.indexOf('/', scheme + 3);
    return slash < 0 ? "/" : path.substring(slash);
  }

  @Override
  public List<String> headers(String name) {
    return values(request, name);
  }

  /** Of the headers of this name, in order; empty where one has none. */
  static List<String> values(MessageHeaders message, String name) {
    List<String> values = new ArrayList<>(1);
    for (Header header : message.getHeaders(name)) {
      values.add(header.getValue() == null ? "" : header.getValue());
    }
    return values;
  }

  @Override
  public boolean proxied() {
    return proxied;
  }

  @Override
  public boolean resent() {
    return resent;
  }

  /** Its response timeout, which every attempt has anew. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    RequestConfig config = context instanceof HttpClientContext c ? c.getRequestConfig() : null;
    Timeout own = config == null ? null : config.getResponseTimeout();
    return own != null && own.isEnabled() ? own.toNanoseconds() : Long.MAX_VALUE;
  }

  /** HttpRequestRetryExec, which asks the application's strategy. */
  @Override
  public boolean repeatedByLibrary() {
    return IDEMPOTENT.contains(request.getMethod()) && !isOnce() && repeats.getAsBoolean();
  }

  /** One that can be read once can be sent again while what was read of it is kept. */
  @Override
  public Body body() {
    return content == Body.ONE_SHOT && kept.isWhole() ? Body.REPLAYABLE : content;
  }
}
