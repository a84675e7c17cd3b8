// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.Endpoint;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.http.conn.routing.HttpRoute;

/**
 * Routes of endpoints, by which the library's pool keeps connections apart. Any thread.
 *
 * <p>A route that leads to an endpoint has the host and port that the application knows, and a
 * local address that nobody has: it is made for the endpoint's pool key. The pool compares it, and
 * whatever else reads a route (the configuration of connections, an application's resolver) finds
 * the application's host. Where the connection is made both of its ends are set right.
 */
final class EndpointRoutes {
  /** By pool key, and then by the route that the application knows. */
  private static final WeakIdentityMap<Object, ConcurrentHashMap<HttpRoute, HttpRoute>> ROUTES =
      new WeakIdentityMap<>();

  /** By a route of ours: it goes when the pool key and the pool's connections are gone. */
  private static final WeakIdentityMap<Object, Way> WAYS = new WeakIdentityMap<>();

  private static final AtomicLong COUNT = new AtomicLong();

  /** Of the block for documentation, RFC 3849. */
  private static final int PREFIX = 0x20010db8;

  /**
   * Where a route of ours leads.
   *
   * @param address of the endpoint; unresolved where the library has to look it up
   * @param logical the route that the application knows
   */
  private record Way(InetSocketAddress address, HttpRoute logical) {}

  private EndpointRoutes() {}

  /** The route for the pool, in place of the one that the application knows. */
  static HttpRoute of(Endpoint endpoint, HttpRoute logical) {
    ConcurrentHashMap<HttpRoute, HttpRoute> ofKey = ROUTES.get(endpoint.poolKey());
    if (ofKey == null) {
      ofKey = new ConcurrentHashMap<>();
      ConcurrentHashMap<HttpRoute, HttpRoute> other = ROUTES.putIfAbsent(endpoint.poolKey(), ofKey);
      ofKey = other == null ? ofKey : other;
    }
    HttpRoute known = ofKey.get(logical);
    return known == null ? ofKey.computeIfAbsent(logical, l -> made(endpoint.address(), l)) : known;
  }

  private static HttpRoute made(InetSocketAddress address, HttpRoute logical) {
    HttpRoute route = new HttpRoute(logical.getTargetHost(), nobodys(), false);
    WAYS.put(route, new Way(address, logical));
    return route;
  }

  private static InetAddress nobodys() {
    byte[] bytes =
        ByteBuffer.allocate(16).putInt(PREFIX).putInt(0).putLong(COUNT.incrementAndGet()).array();
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** The route that the application knows; null to leave the one that is asked about. */
  static HttpRoute logical(Object route) {
    Way way = WAYS.get(route);
    return way == null ? null : way.logical;
  }

  /** Where a route leads; null where the library has to look its host up. */
  static SocketAddress address(HttpRoute route) {
    Way way = WAYS.get(route);
    return way == null || way.address.isUnresolved() ? null : way.address;
  }

  /**
   * A connection is about to be made: both ends, or null to leave them. What no attempt of a call
   * has asked for is a connection that the application opens past the client: it is led nowhere
   * where it would be in the clear. What asks by no route is another user of the reactor.
   *
   * @param attachment the route that was asked for; of another user of the reactor anything
   */
  static Object[] connecting(SocketAddress remote, SocketAddress local, Object attachment) {
    Way way = WAYS.get(attachment);
    if (way == null && !(attachment instanceof HttpRoute)) {
      String why = Outsiders.refusal(remote);
      return why == null ? null : failing(why, remote, local);
    }
    if (way == null) {
      return isEncryptedByApplication(attachment) ? null : refused(remote, local);
    }
    InetAddress from = way.logical.getLocalAddress();
    return new Object[] {
      way.address.isUnresolved() ? remote : way.address,
      from == null ? null : new InetSocketAddress(from, 0)
    };
  }

  private static boolean isEncryptedByApplication(Object attachment) {
    return attachment instanceof HttpRoute route
        && (route.isSecure() || route.getProxyHost() != null);
  }

  /** After an error of ours. */
  static Object[] mistaken(SocketAddress remote, SocketAddress local) {
    return refused(remote, local);
  }

  /** An address that fails, and says why, where plaintext must not go; else null. */
  private static Object[] refused(SocketAddress remote, SocketAddress local) {
    if (!(remote instanceof InetSocketAddress address)
        || Inboard.outbound().disabled()
        || !Inboard.outbound().mustEncrypt(address.getHostString(), address.getPort())) {
      return null;
    }
    return failing("inboard: no plaintext to " + address.getHostString(), remote, local);
  }

  /** An address that the reactor refuses as a host that it does not know. */
  private static Object[] failing(String why, SocketAddress remote, SocketAddress local) {
    return new Object[] {
      InetSocketAddress.createUnresolved(why, ((InetSocketAddress) remote).getPort()), local
    };
  }
}
