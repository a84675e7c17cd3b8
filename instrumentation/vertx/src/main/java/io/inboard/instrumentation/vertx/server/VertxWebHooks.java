// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * vertx-web's router: which route a request took, and what its handlers throw. It tries routes in
 * their order, and each may give the request on to the next: the last one counts.
 */
public final class VertxWebHooks implements Library {
  static final String NAME = "vertx-web";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(WebRoutes.HANDLES)
        // A route has the request.
        .weave(
            "io.vertx.ext.web.impl.RouteState", method("handleContext", 1), WebAdvice.Routed.class)
        // A handler has thrown, or says that the request has failed.
        .weave(
            "io.vertx.ext.web.impl.RoutingContextImpl",
            method("fail", int.class, Throwable.class),
            WebAdvice.Failed.class)
        .build();
  }
}
