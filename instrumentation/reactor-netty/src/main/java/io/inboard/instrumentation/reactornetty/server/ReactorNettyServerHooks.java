// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.server;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What Netty's own hooks do not know of reactor-netty's server: what its handlers throw, which it
 * answers by itself. Its connections and requests are Netty's.
 */
public final class ReactorNettyServerHooks implements Library {
  static final String NAME = "reactor-netty-server";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(
            "reactor.netty.http.server.HttpServerOperations",
            method("onOutboundError", "java.lang.Throwable"),
            OperationsAdvice.Failed.class)
        .build();
  }
}
