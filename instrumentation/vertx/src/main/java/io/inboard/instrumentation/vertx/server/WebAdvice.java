// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import io.inboard.call.Inboard;
import io.inboard.call.server.FrameworkRoute;
import io.inboard.weave.Advice;

/** A request in vertx-web's router, on whichever thread works for it. */
final class WebAdvice {
  private WebAdvice() {}

  /** {@code RouteState#handleContext}: the next handler of the route that the request is at. */
  static final class Routed {
    private Routed() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Object routing) {
      if (FrameworkRoute.isAsked()) {
        WebRoutes.at(routing).ifPresent(Inboard.contexts().current()::route);
      }
    }
  }

  /** {@code RoutingContextImpl#fail(int, Throwable)}, by which all others go. */
  static final class Failed {
    private Failed() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(1) Throwable error) {
      if (error != null) {
        Inboard.contexts().current().thrown(error);
      }
    }
  }
}
