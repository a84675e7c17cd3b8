// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * A request that a server of reactor-netty's own handles keeps its context on whichever threads the
 * handler goes on, as below WebFlux ({@link WebFluxContextHooks}).
 */
public final class ServedContextHooks implements Library {
  static final String NAME = "reactor-netty-context";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(
            "reactor.netty.http.server.HttpServer",
            method("handle", 1),
            WebClientAdvice.Serve.class)
        .build();
  }
}
