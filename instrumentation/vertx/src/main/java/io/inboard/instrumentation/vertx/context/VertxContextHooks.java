// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.context;

import static io.inboard.weave.Member.constructor;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** Vert.x's contexts, from the arrival of a request on. */
public final class VertxContextHooks implements Library {
  static final String NAME = "vertx-context";

  private static final String P = "io.vertx.core.impl.";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // Made for one request.
        .weave(P + "DuplicatedContext", constructor(), ContextAdvice.Duplicated.class)
        // A thread begins to work in a context, and ends: always in pairs, one inside another.
        .weave(P + "VertxImpl", method("beginDispatch", 1), ContextAdvice.Begun.class)
        .weave(P + "VertxImpl", method("endDispatch", 1), ContextAdvice.Ended.class)
        // What a handler has thrown goes to Vert.x's log, and to nobody else.
        .weave(
            P + "ContextImpl",
            method("reportException", Throwable.class),
            ContextAdvice.Thrown.class)
        .build();
  }
}
