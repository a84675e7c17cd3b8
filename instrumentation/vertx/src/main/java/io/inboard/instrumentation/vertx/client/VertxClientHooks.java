// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** One request of Vert.x's client, in the order in which it meets the hooks. */
public final class VertxClientHooks implements Library {
  static final String NAME = "vertx-client";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(Members.HANDLES)
        // A part of the request is written, with the first one its head.
        .weave(Members.REQUEST, method("doWrite"), ClientAdvice.Write.class)
        // The response's head, before the application or a redirect sees it.
        .weave(Members.BASE, method("handleResponse", 1), ClientAdvice.Respond.class)
        // What has become of it in place of a response.
        .weave(Members.REQUEST, method("handleException", Throwable.class), ClientAdvice.Fail.class)
        .build();
  }
}
