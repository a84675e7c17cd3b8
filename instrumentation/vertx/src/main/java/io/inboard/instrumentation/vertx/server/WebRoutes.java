// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.call.server.FrameworkRoute;
import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;
import java.util.Optional;

/**
 * Templates of vertx-web's routes, as the application has written them. The library knows where a
 * router is mounted by a path of the request (RoutingContext#mountPoint), which has values of the
 * client's in it: the templates are those of the routes from the outermost router to the innermost.
 */
final class WebRoutes {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final String P = "io.vertx.ext.web.impl.";

  private static final Handles.Owner ROUTING = HANDLES.in(P + "RoutingContextImplBase");

  private static final Handles.Field ROUTE = ROUTING.reach(field("currentRoute", P + "RouteState"));

  private static final Handles.Owner STATE = HANDLES.in(P + "RouteState");
  private static final Handles.Method PATH = STATE.reach(method("getPath", 0));
  private static final Handles.Method EXACT = STATE.reach(method("isExactPath", 0));

  /** The request inside of a router that another one has mounted. */
  private static final Handles.Owner MOUNTED = HANDLES.in(P + "RoutingContextWrapper");

  private static final Handles.Field OUTER = MOUNTED.reach(field("inner"));

  private WebRoutes() {}

  /**
   * The template of the route that a request is at.
   *
   * @param routing a RoutingContextImplBase
   * @return empty if it has no path of its own, as what every request passes first
   */
  static Optional<String> at(Object routing) {
    Object route = ROUTE.get(routing);
    Object path = route == null ? null : PATH.call(route);
    if (path == null) {
      return Optional.empty();
    }
    String template = path.toString();
    if (!(boolean) EXACT.call(route)) {
      template = template.endsWith("/") ? template + "*" : template + "/*";
    }
    String joined = FrameworkRoute.join(mounted(routing), template);
    return Optional.of(joined.isEmpty() ? "/" : joined);
  }

  /** Where the router of this request is mounted; empty: it is the outermost. */
  private static String mounted(Object routing) {
    if (!MOUNTED.isInstance(routing)) {
      return "";
    }
    Object outer = OUTER.get(routing);
    // Else a decorator of it, which shows no route's state.
    String template = ROUTING.isInstance(outer) ? at(outer).orElse("") : "";
    return template.endsWith("/*") ? template.substring(0, template.length() - 2) : template;
  }
}
