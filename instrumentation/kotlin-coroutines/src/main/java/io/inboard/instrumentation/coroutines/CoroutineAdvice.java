// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.coroutines;

import io.inboard.weave.Advice;
import kotlin.coroutines.CoroutineContext;

/** Advice of {@link CoroutineHooks}. */
final class CoroutineAdvice {
  private CoroutineAdvice() {}

  /** {@code CoroutineContextKt#newCoroutineContext(CoroutineScope, CoroutineContext)}. */
  static final class Launched {
    private Launched() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static CoroutineContext exit(@Advice.Return CoroutineContext coroutine) {
      return RequestElement.in(coroutine);
    }
  }
}
