// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.webflux;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Spring WebFlux. Filters may change the thread between the two places: what is
 * asked at the second is kept from the first.
 */
public final class WebFluxHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "webflux";

  private static final String DISPATCHER = "org.springframework.web.reactive.DispatcherHandler";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // On the thread on which the server gives the request to Spring.
        .weave(
            "org.springframework.web.server.adapter.HttpWebHandlerAdapter",
            method("createExchange", 2),
            RouteAdvice.Begun.class)
        // A handler was chosen, by whichever mapping: the one name until Spring 5.3, the other
        // since 6.0.
        .weave(DISPATCHER, method("invokeHandler", 2).whereItExists(), RouteAdvice.Matched.class)
        .weave(
            DISPATCHER, method("handleRequestWith", 2).whereItExists(), RouteAdvice.Matched.class)
        .build();
  }
}
