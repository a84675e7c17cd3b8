// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.webflux;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.server.FrameworkRoute;
import io.inboard.weave.Advice;
import org.springframework.web.server.ServerWebExchange;

/** The route, from what Spring has matched. */
final class RouteAdvice {
  /** The request's context, among the attributes of its exchange. */
  private static final String CONTEXT = "io.inboard.context";

  /** {@code HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE}: every mapping sets it, since 5.0. */
  private static final String PATTERN =
      "org.springframework.web.reactive.HandlerMapping.bestMatchingPattern";

  private RouteAdvice() {}

  /** The server's thread gives a request to Spring. */
  static final class Begun {
    private Begun() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return ServerWebExchange exchange) {
      if (exchange != null && FrameworkRoute.isAsked()) {
        exchange.getAttributes().put(CONTEXT, Inboard.contexts().current());
      }
    }
  }

  /** On whichever thread works for the request by now. */
  static final class Matched {
    private Matched() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) ServerWebExchange exchange) {
      Object pattern = exchange.getAttribute(PATTERN);
      if (pattern != null && exchange.getAttribute(CONTEXT) instanceof Context context) {
        String installed = exchange.getRequest().getPath().contextPath().value();
        String route = FrameworkRoute.join(installed, pattern.toString());
        context.matched(route.isEmpty() ? "/" : route);
      }
    }
  }
}
