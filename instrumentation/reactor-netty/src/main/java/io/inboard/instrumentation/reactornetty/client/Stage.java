// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;
import reactor.netty.http.client.HttpClientConfig;

/**
 * What the library knows of a hop when it begins: all that an HttpClientHandler changes at a
 * redirect or a challenge. Immutable; objects of the library, some of which are not public.
 *
 * @param method an HttpMethod
 * @param to the URL that is asked, a UriEndpoint
 * @param from the URL that the application asked
 * @param redirectedFrom null: none
 * @param previous headers of the request before a redirect; null: nobody wants to know
 * @param url before 1.2 the URL as text; else null
 * @param authenticationRetries since 1.3; else null
 * @param authenticates since 1.3; else null
 * @param bodiless whether the application sends nothing but a head
 * @param address of the URL that is asked, as the application or the library has made it
 */
record Stage(
    Object method,
    Object to,
    Object from,
    Object redirectedFrom,
    HttpHeaders previous,
    Object url,
    Object authenticationRetries,
    Object authenticates,
    SocketAddress address,
    boolean bodiless) {

  /**
   * What a new subscription begins with.
   *
   * @throws IllegalArgumentException when the library would throw it, for a URL that is none
   */
  static Stage of(HttpClientConfig config) {
    return of(Members.NEW_HANDLER.call(config), Set.of());
  }

  /**
   * Where a handler has come to.
   *
   * @param ours names of headers that we have set, which no application wants to see again
   */
  static Stage of(Object handler, Set<String> ours) {
    boolean authenticates = Members.authenticates();
    return new Stage(
        Members.METHOD.get(handler),
        Members.TO.get(handler),
        Members.FROM.get(handler),
        Members.REDIRECTED_FROM.get(handler),
        without(ours, (HttpHeaders) Members.PREVIOUS_HEADERS.get(handler)),
        Members.keepsUrl() ? Members.RESOURCE_URL.get(handler) : null,
        authenticates ? Members.AUTHENTICATION_RETRIES.get(handler) : null,
        authenticates ? Members.AUTHENTICATES.get(handler) : null,
        (SocketAddress) Members.REMOTE.call(Members.TO.get(handler)),
        Members.BODY.get(handler) == null && Members.WEBSOCKET.get(handler) == null);
  }

  private static HttpHeaders without(Set<String> names, HttpHeaders headers) {
    if (headers == null || names.isEmpty()) {
      return headers;
    }
    HttpHeaders own = new DefaultHttpHeaders(false).set(headers);
    names.forEach(own::remove);
    return own;
  }

  /** Makes a new handler know the same. */
  void putInto(Object handler) {
    Members.METHOD.set(handler, method);
    Members.TO.set(handler, to);
    Members.FROM.set(handler, from);
    Members.REDIRECTED_FROM.set(handler, redirectedFrom);
    Members.PREVIOUS_HEADERS.set(handler, previous);
    if (Members.keepsUrl()) {
      Members.RESOURCE_URL.set(handler, url);
    }
    if (Members.authenticates()) {
      Members.AUTHENTICATION_RETRIES.set(handler, authenticationRetries);
      Members.AUTHENTICATES.set(handler, authenticates);
    }
  }

  String methodName() {
    return ((HttpMethod) method).name();
  }

  /** {@code http} or {@code https}, also of a WebSocket. */
  String scheme() {
    String scheme = (String) Members.SCHEME.get(to);
    return scheme.equals("https") || scheme.equals("wss") ? "https" : "http";
  }

  /** An address of the Internet: nothing else has a host of the mesh. */
  boolean isInternet() {
    return address instanceof InetSocketAddress;
  }

  String host() {
    return ((InetSocketAddress) address).getHostString();
  }

  int port() {
    return ((InetSocketAddress) address).getPort();
  }

  String target() {
    return (String) Members.TARGET.call(to);
  }

  String external() {
    return (String) Members.URL.call(to);
  }
}
