// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.OutboundRequest;
import io.inboard.call.client.KeptBody;
import io.inboard.call.client.Refusals;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.conn.routing.HttpRoute;

/** A hop as the core sees it. */
final class HopRequest implements OutboundRequest {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  private final HttpRequestWrapper request;
  private final HttpHost target;
  private final boolean proxied;
  private final boolean resent;

  /** Null where the library repeats nothing by itself. */
  private final Conversation conversation;

  /** What was sent of a body that can be read once. */
  private final KeptBody kept = new KeptBody();

  HopRequest(
      HttpRequestWrapper request, HttpRoute route, Conversation conversation, boolean resent) {
    this.request = request;
    this.target = route.getTargetHost();
    this.proxied = route.getProxyHost() != null;
    this.conversation = conversation;
    this.resent = resent;
  }

  /** A refusal of what must be encrypted; empty to let the library send. */
  static Optional<SSLException> failClosed(HttpHost target, Throwable mistake) {
    return Refusals.failClosed(
        target.getSchemeName(), host(target.getHostName()), port(target), mistake);
  }

  /**
   * A refusal of a call whose URL, or whose host as the application gives it to the client, names
   * what must be encrypted, and whose route leads elsewhere in the clear: an application's
   * HttpRoutePlanner may do that. Empty to let it go on.
   */
  static Optional<SSLException> past(HttpRequestWrapper request, HttpRoute route) {
    HttpHost target = route.getTargetHost();
    if (route.getProxyHost() != null || !target.getSchemeName().equalsIgnoreCase("http")) {
      return Optional.empty();
    }
    URI uri = request.getOriginal() instanceof HttpUriRequest whole ? whole.getURI() : null;
    HttpHost inUrl =
        uri == null || uri.getHost() == null || uri.getScheme() == null
            ? null
            : new HttpHost(uri.getHost(), uri.getPort(), uri.getScheme());
    return past(inUrl, target).or(() -> past(request.getTarget(), target));
  }

  private static Optional<SSLException> past(HttpHost named, HttpHost target) {
    boolean same =
        named == null
            || (port(named) == port(target)
                && host(named.getHostName()).equalsIgnoreCase(host(target.getHostName())));
    return same || failClosed(target, null).isPresent()
        ? Optional.empty()
        : failClosed(named, null);
  }

  /** As a URL has it, also where the library leaves the brackets of an IPv6 address out. */
  private static String host(String name) {
    return name.indexOf(':') < 0 || name.startsWith("[") ? name : "[" + name + "]";
  }

  private static int port(HttpHost host) {
    if (host.getPort() > 0) {
      return host.getPort();
    }
    return host.getSchemeName().equalsIgnoreCase("https") ? 443 : 80;
  }

  /** The body of a request as it is now; null if it has none. */
  static HttpEntity entity(HttpRequest request) {
    return request instanceof HttpEntityEnclosingRequest enclosing ? enclosing.getEntity() : null;
  }

  /** Null where the library repeats nothing by itself. */
  Conversation conversation() {
    return conversation;
  }

  KeptBody kept() {
    return kept;
  }

  /** Whether the endpoint is not ours to choose: the application's own TLS, a proxy. */
  boolean isBystander() {
    return proxied || !target.getSchemeName().equalsIgnoreCase("http");
  }

  @Override
  public String library() {
    return ApacheHttpClient4Hooks.NAME;
  }

  @Override
  public String method() {
    return request.getRequestLine().getMethod();
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
    String path = request.getRequestLine().getUri();
    if (path == null || path.isEmpty()) {
      return "/";
    }
    int scheme = path.startsWith("/") ? -1 : path.indexOf("://");
    if (scheme < 0) {
      return path;
    }
    // The whole URL, for a proxy or before the minimal client has taken it apart.
    int fragment = path.indexOf('#');
    String whole = fragment < 0 ? path : path.substring(0, fragment);
    int slash = whole.indexOf('/', scheme + 3);
    return slash < 0 ? "/" : whole.substring(slash);
  }

  @Override
  public List<String> headers(String name) {
    return headers(request.getHeaders(name));
  }

  /** Their values, in order. */
  static List<String> headers(Header[] headers) {
    List<String> values = new ArrayList<>(headers.length);
    for (Header header : headers) {
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

  /** RetryExec, which asks the application's handler. */
  @Override
  public boolean repeatedByLibrary() {
    HttpEntity entity = entity(request);
    return conversation != null
        && IDEMPOTENT.contains(method())
        && (entity == null || entity.isRepeatable())
        && conversation.repeats();
  }

  @Override
  public Body body() {
    HttpEntity entity = entity(request);
    if (entity == null) {
      return Body.NONE;
    }
    return entity.isRepeatable() || kept.isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
  }
}
