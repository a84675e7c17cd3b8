// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.coroutines;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Every builder of coroutines ({@code launch}, {@code async}, {@code runBlocking}, {@code future},
 * Spring's for suspending handlers) makes the context of the new coroutine here; {@code
 * withContext} and {@code flowOn} take over what is in it.
 */
public final class CoroutineHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "kotlin-coroutines";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn("kotlinx.coroutines.ThreadContextElement")
        .weave(
            "kotlinx.coroutines.CoroutineContextKt",
            method(
                "newCoroutineContext",
                "kotlinx.coroutines.CoroutineScope",
                "kotlin.coroutines.CoroutineContext"),
            CoroutineAdvice.Launched.class)
        .build();
  }
}
