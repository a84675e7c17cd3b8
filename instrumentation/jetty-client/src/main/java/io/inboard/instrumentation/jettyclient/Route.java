// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Attempt;
import io.inboard.call.Endpoint;
import io.inboard.call.Log;
import io.inboard.call.TlsPlan;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.AbstractConnectionPool;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * The way to an endpoint: the tag of an origin, by which Jetty keeps a destination, with its queue
 * and its pool of connections, for each endpoint and TLS generation. Equal to a route by the same
 * pool key, of requests with the same tag of the application's. Safe for use by any thread.
 */
final class Route implements ClientConnectionFactory.Decorator {
  /** After which a destination that nobody asked for is given up; a rotation leaves some. */
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Endpoint endpoint;

  /** The application's; null: none. */
  private final Object tag;

  /** When it was last asked for, of {@link System#nanoTime}. Any thread writes. */
  private volatile long asked = System.nanoTime();

  /** How long the last attempt lets a connection take. Any thread writes. */
  private volatile long connectNanos = Long.MAX_VALUE;

  /** Asked for here: an endpoint that cannot be secured is not sent anything. */
  private final Optional<TlsPlan> plan;

  private Route(Endpoint endpoint, Object tag) {
    this.endpoint = endpoint;
    this.tag = tag;
    this.plan = endpoint.tls();
  }

  /** The route of an origin; null if it is none of ours. */
  static Route of(Origin origin) {
    return origin.getTag() instanceof Route route ? route : null;
  }

  /**
   * The destination of an endpoint, in place of the one that the application has asked for.
   *
   * @param attempt whose endpoint this is
   * @param protocol what is spoken there, in Jetty's words; null: what is spoken where it has asked
   */
  static Object destination(Object asked, Attempt attempt, Endpoint endpoint, Object protocol) {
    Origin origin = Jetty.origin(asked);
    InetSocketAddress address = endpoint.address();
    Origin.Address to =
        new Origin.Address(
            // Jetty looks names up by itself, and no name here leads to an endpoint.
            address.isUnresolved()
                ? address.getHostString()
                : address.getAddress().getHostAddress(),
            address.getPort());
    Route route = new Route(endpoint, origin.getTag());
    HttpClient client = Jetty.client(asked);
    Object destination = Members.RESOLVE.call(client, Jetty.origin(origin, to, route, protocol));
    Route used = of(Jetty.origin(destination));
    used.connectNanos = attempt.connectTimeoutNanos();
    if (used == route) {
      giveUpIdle(client);
    } else {
      used.asked = System.nanoTime();
    }
    return destination;
  }

  private static void giveUpIdle(HttpClient client) {
    long now = System.nanoTime();
    for (Object each : (List<?>) client.getDestinations()) {
      Route route = of(Jetty.origin(each));
      if (route != null
          && now - route.asked > IDLE_NANOS
          && Jetty.queue(each).isEmpty()
          && !isBusy(each)
          && (boolean) Members.REMOVE_DESTINATION.call(client, each)) {
        stop((LifeCycle) each);
      }
    }
  }

  private static void stop(LifeCycle destination) {
    try {
      destination.stop();
    } catch (Exception e) {
      Log.warnOnce(
          JettyClientHooks.NAME + ".stop", "jetty-client: connections are not closed: " + e);
    }
  }

  private static boolean isBusy(Object destination) {
    return !(Members.POOL.call(destination) instanceof AbstractConnectionPool pool)
        || pool.getActiveConnectionCount() > 0
        || pool.getPendingConnectionCount() > 0;
  }

  /** Whether a connection to this destination is being opened; true where that is unknown. */
  static boolean isConnecting(Object destination) {
    return !(Members.POOL.call(destination) instanceof AbstractConnectionPool pool)
        || pool.getPendingConnectionCount() > 0;
  }

  /** Whether its connections have TLS of ours. */
  boolean isSecured() {
    return plan.isPresent();
  }

  /** Wraps what Jetty makes of a connection, when the destination is made. */
  @Override
  public ClientConnectionFactory apply(ClientConnectionFactory factory) {
    ClientConnectionFactory secured =
        plan.<ClientConnectionFactory>map(
                tls -> new SecuredFactory(tls, endpoint.address(), factory, () -> connectNanos))
            .orElse(factory);
    return tag instanceof ClientConnectionFactory.Decorator own ? own.apply(secured) : secured;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Route route
        && route.endpoint.poolKey() == endpoint.poolKey()
        && Objects.equals(route.tag, tag);
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(endpoint.poolKey());
  }

  @Override
  public String toString() {
    return "inboard:" + endpoint.poolKey();
  }
}
