// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.OutboundRequest;
import java.lang.ref.WeakReference;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import sun.net.www.MessageHeader;
import sun.net.www.ParseUtil;
import sun.net.www.protocol.http.HttpURLConnection;

/**
 * A hop as the core sees it. Holds the connection weakly: what is kept beside a connection must not
 * keep it alive.
 */
final class HopRequest implements OutboundRequest {
  /** The connection whose response this thread asks for, which tells a GET from a POST to be. */
  private static final ThreadLocal<HttpURLConnection> ASKING = new ThreadLocal<>();

  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT =
      Set.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE");

  private final WeakReference<HttpURLConnection> connection;
  private final URL url;
  private final boolean asked;

  /** What was written of a streamed body. */
  private final StreamedBody streamed = new StreamedBody();

  private Boolean proxied;

  HopRequest(HttpURLConnection connection) {
    this.connection = new WeakReference<>(connection);
    this.url = connection.getURL();
    this.asked = ASKING.get() == connection;
  }

  /** Gives the connection that this thread asked before, to come back to; or null. */
  static HttpURLConnection asksForInput(HttpURLConnection connection) {
    HttpURLConnection before = ASKING.get();
    ASKING.set(connection);
    return before;
  }

  static void askedForInput(HttpURLConnection before) {
    if (before == null) {
      ASKING.remove();
    } else {
      ASKING.set(before);
    }
  }

  /** Null when it was collected. */
  HttpURLConnection connection() {
    return connection.get();
  }

  StreamedBody streamed() {
    return streamed;
  }

  @Override
  public String library() {
    return HttpUrlConnectionHooks.NAME;
  }

  /**
   * Read when asked. An explicit connect() of a connection with doOutput says GET and becomes a
   * POST when the application opens its output stream (HttpURLConnection.getOutputStream0): called
   * a POST from the start, since that is what must not be repeated.
   */
  @Override
  public String method() {
    HttpURLConnection now = connection.get();
    if (now == null) {
      return "POST";
    }
    String method = now.getRequestMethod();
    return method.equals("GET") && now.getDoOutput() && !asked ? "POST" : method;
  }

  @Override
  public String scheme() {
    return url.getProtocol().toLowerCase(Locale.ROOT);
  }

  @Override
  public String host() {
    return url.getHost();
  }

  @Override
  public int port() {
    return url.getPort() != -1 ? url.getPort() : url.getDefaultPort();
  }

  @Override
  public String target() {
    String file = url.getFile();
    return file.startsWith("/") ? file : "/" + file;
  }

  @Override
  public List<String> headers(String name) {
    HttpURLConnection now = connection.get();
    return now == null ? List.of() : values(Internals.requests(now), name);
  }

  static List<String> values(MessageHeader message, String name) {
    Iterator<String> values = message.multiValueIterator(name);
    if (!values.hasNext()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    values.forEachRemaining(all::add);
    return all;
  }

  /**
   * Asks the application's ProxySelector a second time where it set one: the JDK asks it only
   * afterwards, for each connect.
   */
  @Override
  public boolean proxied() {
    if (proxied == null) {
      HttpURLConnection now = connection.get();
      proxied = now != null && proxied(now);
    }
    return proxied;
  }

  private boolean proxied(HttpURLConnection now) {
    Proxy own = Internals.proxy(now);
    if (own != null) {
      return own.type() != Proxy.Type.DIRECT;
    }
    ProxySelector selector = ProxySelector.getDefault();
    URI uri = ParseUtil.toURI(url);
    if (selector == null || uri == null) {
      return false;
    }
    try {
      List<Proxy> proxies = selector.select(uri);
      return !proxies.isEmpty() && proxies.get(0).type() != Proxy.Type.DIRECT;
    } catch (RuntimeException e) {
      // The JDK asks it again in a moment, and the application gets the error from there.
      return true;
    }
  }

  /**
   * HttpClient.parseHTTP, HttpURLConnection.writeRequests: whatever is not streamed, and a POST,
   * too, which is left out.
   */
  @Override
  public boolean repeatedByLibrary() {
    HttpURLConnection now = connection.get();
    return now != null && !now.streaming() && IDEMPOTENT.contains(method());
  }

  /** Its read timeout, see {@link Patience}: of all attempts of a hop. */
  @Override
  public long patienceNanos(long elapsedNanos) {
    HttpURLConnection now = connection.get();
    long own = now == null ? Long.MAX_VALUE : Patience.readNanos(now);
    return own == Long.MAX_VALUE ? own : own - elapsedNanos;
  }

  @Override
  public Body body() {
    HttpURLConnection now = connection.get();
    if (now == null) {
      return Body.ONE_SHOT;
    }
    if (now.streaming()) {
      return streamed.isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
    }
    return Internals.buffersBody(now) || (now.getDoOutput() && !asked)
        ? Body.REPLAYABLE
        : Body.NONE;
  }
}
