// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.util.List;

/**
 * One client of the library's, in whichever version: what it makes of a request's options, and how
 * it is asked for a request. Immutable.
 *
 * @param it an HttpClientImpl
 */
record Client(Object it) {
  /** Whether this thread asks for an attempt. */
  private static final ThreadLocal<Boolean> OURS = new ThreadLocal<>();

  /** Whether the library is asked for an attempt, by us; asked once of each. */
  static boolean isAskedByUs() {
    boolean ours = OURS.get() != null;
    if (ours) {
      OURS.remove();
    }
    return ours;
  }

  Vertx vertx() {
    return (Vertx) Members.VERTX.get(it);
  }

  /** Before 5.1. */
  private HttpClientOptions options() {
    return (HttpClientOptions) Members.OPTIONS.get(it);
  }

  String host(RequestOptions asked) {
    if (asked.getHost() != null) {
      return asked.getHost();
    }
    return Members.is51() ? (String) Members.DEFAULT_HOST.get(it) : options().getDefaultHost();
  }

  int port(RequestOptions asked) {
    if (asked.getPort() != null) {
      return asked.getPort();
    }
    return Members.is51() ? (int) Members.DEFAULT_PORT.get(it) : options().getDefaultPort();
  }

  boolean isSecured(RequestOptions asked) {
    if (asked.isSsl() != null) {
      return asked.isSsl();
    }
    return Members.is51() ? (boolean) Members.DEFAULT_SSL.get(it) : options().isSsl();
  }

  /**
   * Whether it goes over http to where its URL says, as far as the application has a say: no TLS,
   * no proxy and no address of its own.
   */
  boolean isPlain(RequestOptions asked) {
    String host = host(asked);
    return asked.getMethod() != null
        && asked.getURI() != null
        && host != null
        && !host.isEmpty()
        && Members.GET_SERVER.call(asked) == null
        && !isSecured(asked)
        && Members.proxy()
                .call(
                    it, asked.getProxyOptions(), SocketAddress.inetSocketAddress(port(asked), host))
            == null;
  }

  /** Null in 5.1 where the client may choose. */
  @SuppressWarnings("unchecked")
  private HttpVersion version(RequestOptions asked) {
    if (!Members.is51()) {
      return options().getProtocolVersion();
    }
    HttpVersion asks = (HttpVersion) Members.PROTOCOL_VERSION.call(asked);
    List<HttpVersion> versions = (List<HttpVersion>) Members.VERSIONS.get(it);
    return asks == null && versions.size() == 1 ? versions.get(0) : asks;
  }

  /** Whether it would be HTTP/2 as it is, in the clear. */
  @SuppressWarnings("unchecked")
  boolean asksForHttp2(RequestOptions asked) {
    HttpVersion version = version(asked);
    return version == HttpVersion.HTTP_2
        || (version == null
            && ((List<HttpVersion>) Members.VERSIONS.get(it)).get(0) == HttpVersion.HTTP_2);
  }

  /** Asks for an attempt that goes where the library says. */
  Future<HttpClientRequest> request(RequestOptions options) {
    OURS.set(true);
    try {
      return ((HttpClient) it).request(options);
    } finally {
      OURS.remove();
    }
  }

  /**
   * Asks for an attempt that goes to an endpoint.
   *
   * @param options with host and port; its address is changed
   */
  Future<HttpClientRequest> request(RequestOptions options, Target target) {
    if (Members.is51()) {
      return requestDirectly(options, target);
    }
    Members.SET_SERVER.call(options, target);
    return request(options);
  }

  @SuppressWarnings("unchecked")
  private Future<HttpClientRequest> requestDirectly(RequestOptions options, Target target) {
    Object[] all = {
      it,
      Members.TCP.call(it),
      version(options),
      options.getMethod(),
      options.getURI(),
      options.getHeaders(),
      options.getTraceOperation(),
      idleMillis(options),
      Boolean.TRUE.equals(options.getFollowRedirects()),
      null,
      target,
      false,
      null,
      HostAndPort.create(withoutDot(options.getHost()), options.getPort()),
      connectMillis(options)
    };
    try {
      return (Future<HttpClientRequest>) (Object) Members.directly().invokeExact(all);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static String withoutDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** How long the application waits for a connection, in milliseconds; 0: for ever. */
  static long connectMillis(RequestOptions options) {
    long own =
        options.getConnectTimeout() >= 0 ? options.getConnectTimeout() : options.getTimeout();
    return Math.max(0, own);
  }

  /** How long it waits for something to arrive, in milliseconds; 0: for ever. */
  static long idleMillis(RequestOptions options) {
    long own = options.getIdleTimeout() >= 0 ? options.getIdleTimeout() : options.getTimeout();
    return Math.max(0, own);
  }
}
