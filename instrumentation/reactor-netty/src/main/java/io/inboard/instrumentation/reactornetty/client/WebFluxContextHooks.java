// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** A request that WebFlux handles keeps its context on whichever threads the handler goes on. */
public final class WebFluxContextHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("webflux-context")
        .weave(
            "org.springframework.web.server.adapter.HttpWebHandlerAdapter",
            method("handle", 2),
            WebClientAdvice.Handle.class)
        .build();
  }
}
