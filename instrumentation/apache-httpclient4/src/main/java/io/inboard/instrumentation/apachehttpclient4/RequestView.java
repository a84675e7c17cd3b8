// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.OutboundRequest;
import io.inboard.call.client.Refusals;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpEntityEnclosingRequest;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.methods.HttpRequestWrapper;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.protocol.HttpClientContext;
import org.apache.http.conn.ManagedHttpClientConnection;
import org.apache.http.conn.routing.HttpRoute;

/** What is sent to one URL as the core sees it: the same of a client that blocks and of one not. */
public abstract class RequestView implements OutboundRequest {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  /** Whether a request knows the host that the application gave beside it. */
  private static final boolean GIVEN = Members.GIVEN_HOST.isThere();

  private final HttpRequestWrapper request;
  private final HttpHost target;
  private final boolean proxied;
  private final boolean resent;
  private final HttpClientContext context;

  /**
   * @param context of the call
   * @param resent whether the library has sent the same in a call before this one
   */
  protected RequestView(
      HttpRequestWrapper request, HttpRoute route, HttpClientContext context, boolean resent) {
    this.context = context;
    this.request = request;
    this.target = route.getTargetHost();
    this.proxied = route.getProxyHost() != null;
    this.resent = resent;
  }

  /** A refusal of what must be encrypted; empty to let the library send. */
  public static Optional<SSLException> failClosed(HttpHost target, Throwable mistake) {
    return Refusals.failClosed(
        ApacheHttpClient4Hooks.NAME,
        target.getSchemeName(),
        host(target.getHostName()),
        port(target),
        mistake);
  }

  private static boolean mustEncrypt(HttpHost target) {
    return Refusals.mustEncrypt(target.getSchemeName(), host(target.getHostName()), port(target));
  }

  /**
   * A refusal of a call whose URL, or whose host as the application gives it to the client, names
   * what must be encrypted, and whose route leads elsewhere in the clear: an application's
   * HttpRoutePlanner may do that. Empty to let it go on.
   */
  public static Optional<SSLException> past(HttpRequestWrapper request, HttpRoute route) {
    HttpHost target = route.getTargetHost();
    if (route.getProxyHost() != null || !target.getSchemeName().equalsIgnoreCase("http")) {
      return Optional.empty();
    }
    URI uri = request.getOriginal() instanceof HttpUriRequest whole ? whole.getURI() : null;
    HttpHost inUrl =
        uri == null || uri.getHost() == null || uri.getScheme() == null
            ? null
            : new HttpHost(uri.getHost(), uri.getPort(), uri.getScheme());
    return past(inUrl, target).or(() -> past(GIVEN ? request.getTarget() : null, target));
  }

  /**
   * The same of a host that the application names otherwise.
   *
   * @param named null: it names none
   */
  public static Optional<SSLException> past(HttpHost named, HttpHost target) {
    boolean same =
        named == null
            || (port(named) == port(target)
                && host(named.getHostName()).equalsIgnoreCase(host(target.getHostName())));
    return same || mustEncrypt(target) ? Optional.empty() : failClosed(named, null);
  }

  /** A refusal of a connection that an application opens by hand, by where it has led. */
  static Optional<ConnectException> byHand(ManagedHttpClientConnection connection, HttpHost host) {
    Socket socket = connection.getSocket();
    return socket == null || !host.getSchemeName().equalsIgnoreCase("http")
        ? Optional.empty()
        : Refusals.opening(
            () -> Optional.of(connection.getClass()), socket.getRemoteSocketAddress());
  }

  /** A refusal of a tunnel that an application opens by the library's ProxyClient. */
  static Optional<ConnectException> tunnel(Class<?> opener, HttpHost target) {
    return Refusals.tunnel(opener, host(target.getHostName()), port(target));
  }

  /** The same after an error of ours. */
  static Optional<ConnectException> tunnelAfter(Throwable mistake, HttpHost target) {
    return Refusals.tunnelAfter(mistake, host(target.getHostName()), port(target));
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
  public static HttpEntity entity(HttpRequest request) {
    return request instanceof HttpEntityEnclosingRequest enclosing ? enclosing.getEntity() : null;
  }

  /** The body of this request as it is now; null if it has none. */
  protected final HttpEntity entity() {
    return entity(request);
  }

  /** Whether its method is idempotent by RFC 9110. */
  protected final boolean isIdempotent() {
    return IDEMPOTENT.contains(method());
  }

  /** Whether the endpoint is not ours to choose: the application's own TLS, a proxy. */
  public final boolean isBystander() {
    return proxied || !target.getSchemeName().equalsIgnoreCase("http");
  }

  @Override
  public final String method() {
    return request.getRequestLine().getMethod();
  }

  @Override
  public final String scheme() {
    return target.getSchemeName();
  }

  @Override
  public final String host() {
    return host(target.getHostName());
  }

  @Override
  public final int port() {
    return port(target);
  }

  @Override
  public final String target() {
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
  public final List<String> headers(String name) {
    return headers(request.getHeaders(name));
  }

  /** Their values, in order. */
  public static List<String> headers(Header[] headers) {
    List<String> values = new ArrayList<>(headers.length);
    for (Header header : headers) {
      values.add(header.getValue() == null ? "" : header.getValue());
    }
    return values;
  }

  @Override
  public final boolean proxied() {
    return proxied;
  }

  /** Its socket timeout, which every attempt has anew. */
  @Override
  public final long patienceNanos(long elapsedNanos) {
    int own = context.getRequestConfig().getSocketTimeout();
    return own > 0 ? TimeUnit.MILLISECONDS.toNanos(own) : Long.MAX_VALUE;
  }

  @Override
  public final boolean resent() {
    return resent;
  }
}
