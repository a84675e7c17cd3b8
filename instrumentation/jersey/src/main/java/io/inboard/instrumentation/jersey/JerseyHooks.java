// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jersey;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Jersey's server. Only types are used whose names and members are the same on
 * both sides of the change from {@code javax} to {@code jakarta}.
 */
public final class JerseyHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "jersey";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // A method was chosen, through all classes and sub-resources; no filter behind the match
        // has seen the request.
        .weave(
            "org.glassfish.jersey.server.internal.routing.UriRoutingContext",
            method("setEndpoint", 1),
            RouteAdvice.Matched.class)
        .build();
  }
}
