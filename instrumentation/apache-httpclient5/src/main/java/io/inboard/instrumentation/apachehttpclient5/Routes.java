// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Endpoint;
import io.inboard.call.WeakIdentityMap;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;

/**
 * Routes of endpoints, by which the library's pool keeps connections apart. Any thread.
 *
 * <p>The pool compares a route's host by name, port and address; an endpoint's generation of keys
 * is none of these. So the name is made for the pool key, and {@link #target} says where it leads.
 */
final class Routes {
  private static final WeakIdentityMap<Object, HttpRoute> ROUTES = new WeakIdentityMap<>();
  private static final AtomicLong NAMES = new AtomicLong();

  /** Where the host of such a route leads, while an attempt is on its way there. */
  private static final WeakIdentityMap<HttpHost, WeakReference<Lead>> LEADS =
      new WeakIdentityMap<>();

  /**
   * Where a route of ours leads. Held by the attempts that go there: it refers to the key by which
   * the route is known.
   *
   * @param logical the route that the application knows
   */
  record Lead(Endpoint endpoint, HttpRoute logical) {
    /** Where to connect. */
    HttpHost target() {
      return Routes.target(endpoint, logical);
    }
  }

  private Routes() {}

  /** The route for the pool, in place of the one that the application knows. */
  static HttpRoute of(Endpoint endpoint, HttpRoute logical) {
    HttpRoute known = ROUTES.get(endpoint.poolKey());
    if (known == null) {
      HttpHost target = target(endpoint, logical);
      String name = target.getHostName() + "+" + NAMES.incrementAndGet();
      HttpRoute made =
          new HttpRoute(new HttpHost("http", target.getAddress(), name, target.getPort()));
      HttpRoute other = ROUTES.putIfAbsent(endpoint.poolKey(), made);
      known = other == null ? made : other;
    }
    InetAddress local = logical.getLocalAddress();
    return local == null ? known : new HttpRoute(known.getTargetHost(), local, false);
  }

  /** Says where a route of ours leads, for as long as the result is held. */
  static Lead leading(HttpRoute route, Endpoint endpoint, HttpRoute logical) {
    WeakReference<Lead> before = LEADS.get(route.getTargetHost());
    Lead known = before == null ? null : before.get();
    if (known != null && known.logical.equals(logical)) {
      return known;
    }
    Lead lead = new Lead(endpoint, logical);
    LEADS.put(route.getTargetHost(), new WeakReference<>(lead));
    return lead;
  }

  /** Whether it is the host of a route of ours. */
  static boolean isOurs(Object host) {
    return host instanceof HttpHost known && LEADS.get(known) != null;
  }

  /** Where a host leads; null: nobody goes there any more, or it is none of ours. */
  static Lead lead(Object host) {
    WeakReference<Lead> known = host instanceof HttpHost ours ? LEADS.get(ours) : null;
    return known == null ? null : known.get();
  }

  /**
   * Where it connects to, under the name that the application knows; without an address where the
   * library has to resolve that.
   */
  static HttpHost target(Endpoint endpoint, HttpRoute logical) {
    InetSocketAddress address = endpoint.address();
    String name = logical.getTargetHost().getHostName();
    return address.isUnresolved()
        ? new HttpHost("http", address.getHostString(), address.getPort())
        : new HttpHost("http", named(name, address.getAddress()), name, address.getPort());
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
