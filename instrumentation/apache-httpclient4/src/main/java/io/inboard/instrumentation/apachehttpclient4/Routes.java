// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4;

import io.inboard.call.Endpoint;
import io.inboard.call.WeakIdentityMap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.http.HttpHost;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.HttpHostConnectException;
import org.apache.http.conn.routing.HttpRoute;

/**
 * Routes of endpoints, by which the library's pool keeps connections apart. Any thread.
 *
 * <p>The pool compares a route's host by name and port; an endpoint's generation of keys is neither
 * of these. So the name is made for the pool key, and {@link #target} says where it leads. The port
 * is the one that the application knows: a challenge is answered for it.
 */
final class Routes {
  private static final WeakIdentityMap<Object, HttpRoute> ROUTES = new WeakIdentityMap<>();
  private static final AtomicLong NAMES = new AtomicLong();

  /** Whether a host has a name beside its address. */
  private static final boolean NAMED = Members.NAMED_HOST.isThere();

  private Routes() {}

  /** The route for the pool, in place of the one that the application knows. */
  static HttpRoute of(Endpoint endpoint, HttpRoute logical) {
    HttpHost host = logical.getTargetHost();
    HttpRoute known = ROUTES.get(endpoint.poolKey());
    if (known == null) {
      String name = host.getHostName() + "+" + NAMES.incrementAndGet();
      HttpRoute made = new HttpRoute(new HttpHost(name, host.getPort(), "http"));
      HttpRoute other = ROUTES.putIfAbsent(endpoint.poolKey(), made);
      known = other == null ? made : other;
    }
    HttpHost made = known.getTargetHost();
    boolean samePort = made.getPort() == host.getPort();
    InetAddress local = logical.getLocalAddress();
    return samePort && local == null
        ? known
        : new HttpRoute(new HttpHost(made.getHostName(), host.getPort(), "http"), local, false);
  }

  /**
   * Where it connects to, under the name that the application knows, or, with HttpClient 4.3, under
   * its address; without an address where the library has to resolve that.
   */
  static HttpHost target(Endpoint endpoint, HttpRoute logical) {
    InetSocketAddress address = endpoint.address();
    if (address.isUnresolved()) {
      return new HttpHost(address.getHostString(), address.getPort(), "http");
    }
    if (!NAMED) {
      return new HttpHost(address.getAddress(), address.getPort(), "http");
    }
    String name = logical.getTargetHost().getHostName();
    return new HttpHost(named(name, address.getAddress()), name, address.getPort(), "http");
  }

  /**
   * What the application is told where it was not connected: of the name that it knows, as later
   * versions do. Null to leave it.
   */
  static IOException told(Throwable error, Endpoint endpoint, HttpRoute logical) {
    InetSocketAddress address = endpoint.address();
    if (NAMED || address.isUnresolved() || !(error.getCause() instanceof IOException cause)) {
      return null;
    }
    String name = logical.getTargetHost().getHostName();
    HttpHost host = new HttpHost(name, address.getPort(), "http");
    InetAddress named = named(name, address.getAddress());
    IOException told;
    if (error instanceof HttpHostConnectException) {
      told = new HttpHostConnectException(cause, host, named);
    } else if (error instanceof ConnectTimeoutException) {
      told = new ConnectTimeoutException(cause, host, named);
    } else {
      return null;
    }
    told.setStackTrace(error.getStackTrace());
    return told;
  }

  /** As the library's resolver has it: an address by itself bears no name. */
  private static InetAddress named(String name, InetAddress address) {
    boolean literal = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
    try {
      return InetAddress.getByAddress(literal ? null : name, address.getAddress());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
