// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Names of SERVER spans, {@code GET /orders/{id}}, made once for each route: it is the same for all
 * of its requests. Bounded, as an application may make routes of paths. Safe for use by any thread.
 */
final class SpanNames {
  private final ConcurrentHashMap<String, Named> byRoute = new ConcurrentHashMap<>();

  /**
   * @param name for this method; others are put together each time
   */
  private record Named(String method, String name) {}

  String of(String method, String route) {
    Named named = byRoute.get(route);
    if (named != null && named.method.equals(method)) {
      return named.name;
    }
    String name = method + " " + route;
    if (named == null && byRoute.size() < MetricValues.MOST_ROUTES) {
      byRoute.putIfAbsent(route, new Named(method, name));
    }
    return name;
  }
}
