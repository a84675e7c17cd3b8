// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.WeakIdentityMap;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.pool.ConnPoolControl;

/**
 * How many connections a pool has for a route: what the application says of its own route holds for
 * each instance. Any thread; a change under way may be seen by the next call.
 */
final class Limits {
  /** By pool: of the route of an endpoint, the application's, whose limit it has. */
  private static final WeakIdentityMap<Object, WeakIdentityMap<HttpRoute, HttpRoute>> KNOWN =
      new WeakIdentityMap<>();

  private Limits() {}

  /** A connection of this route is taken next, in place of the application's. */
  @SuppressWarnings("unchecked") // All pools of the library are by route.
  static void hold(Object manager, HttpRoute own, HttpRoute endpoints) {
    if (!(manager instanceof ConnPoolControl<?> pool)) {
      return;
    }
    WeakIdentityMap<HttpRoute, HttpRoute> known = KNOWN.get(pool);
    if (known == null || !own.equals(known.get(endpoints))) {
      adopt((ConnPoolControl<HttpRoute>) pool, own, endpoints);
    }
  }

  private static void adopt(ConnPoolControl<HttpRoute> pool, HttpRoute own, HttpRoute endpoints) {
    int limit = pool.getMaxPerRoute(own);
    if (pool.getMaxPerRoute(endpoints) != limit) {
      pool.setMaxPerRoute(endpoints, limit);
    }
    // After that, which may have made us forget.
    WeakIdentityMap<HttpRoute, HttpRoute> fresh = new WeakIdentityMap<>();
    WeakIdentityMap<HttpRoute, HttpRoute> known = KNOWN.putIfAbsent(pool, fresh);
    (known == null ? fresh : known).put(endpoints, own);
  }

  /** The pool's limits have changed. */
  static void changed(Object pool) {
    KNOWN.remove(pool);
  }
}
