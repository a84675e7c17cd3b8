// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * What is woven into Undertow's servlets, a jar of its own that not everybody has: routes and
 * errors. Nothing here decides. Only Undertow's own types are used, whose names and members are the
 * same on both sides of the change from {@code javax} to {@code jakarta}.
 */
public final class ServletHooks implements Library {
  static final String NAME = "undertow-servlet";

  private static final String REQUEST = "io.undertow.servlet.spec.HttpServletRequestImpl";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(
            "io.undertow.servlet.handlers.ServletDispatchingHandler",
            method("handleRequest", 1),
            ServletAdvice.Dispatch.class)
        .weave(
            "io.undertow.servlet.spec.ServletContextImpl",
            method("invokeRunnable", "io.undertow.server.HttpServerExchange", "java.lang.Runnable"),
            ServletAdvice.Run.class)
        .weave(REQUEST, method("setAttribute", 2), ServletAdvice.Attribute.class)
        .build();
  }
}
