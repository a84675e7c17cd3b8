// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.balance.Chance;
import io.inboard.call.OutboundRequest;
import io.inboard.policy.DestinationPolicy;
import io.inboard.settings.RouteSettings;
import io.inboard.settings.RouteSettings.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which policy decides a call: that of the first route that matches, else the destination's own.
 * Compiled once for each version of the settings; immutable.
 */
final class Routes {
  private final DestinationPolicy otherwise;
  private final List<Route> routes;
  private final Chance chance;

  /**
   * @param policies one, or one for each share
   */
  private record Route(RouteMatch match, List<Target> policies) {}

  /**
   * @param upTo the share's end in percent
   */
  private record Target(DestinationPolicy policy, int upTo) {}

  private Routes(DestinationPolicy otherwise, List<Route> routes, Chance chance) {
    this.otherwise = otherwise;
    this.routes = List.copyOf(routes);
    this.chance = chance;
  }

  /**
   * @param otherwise of calls that match no route, and of routes without a subset
   * @param subsets by name; all that routes speak of
   */
  static Routes of(
      List<RouteSettings> settings,
      DestinationPolicy otherwise,
      Map<String, DestinationPolicy> subsets,
      Chance chance) {
    List<Route> routes = new ArrayList<>();
    for (RouteSettings route : settings) {
      List<Target> targets = new ArrayList<>();
      int upTo = 0;
      for (Share share : route.subsets()) {
        upTo += share.percent();
        targets.add(new Target(subsets.get(share.subset()).under(route), upTo));
      }
      if (targets.isEmpty()) {
        targets.add(new Target(otherwise.under(route), 100));
      }
      routes.add(new Route(RouteMatch.of(route.match()), List.copyOf(targets)));
    }
    return new Routes(otherwise, routes, chance);
  }

  /** Nothing is allocated for a destination without routes. */
  DestinationPolicy policy(OutboundRequest request) {
    for (int i = 0; i < routes.size(); i++) {
      Route route = routes.get(i);
      if (route.match.matches(request)) {
        return target(route.policies);
      }
    }
    return otherwise;
  }

  private DestinationPolicy target(List<Target> targets) {
    int last = targets.size() - 1;
    if (last > 0) {
      double drawn = chance.between(0, 100);
      for (int i = 0; i < last; i++) {
        if (drawn < targets.get(i).upTo) {
          return targets.get(i).policy;
        }
      }
    }
    return targets.get(last).policy;
  }
}
