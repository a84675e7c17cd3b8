// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.weave.Advice;

/** Advice of {@link SpringCoreRetryHooks}. */
final class SpringCoreRetryAdvice {
  private SpringCoreRetryAdvice() {}

  /** {@code RetryTemplate#execute}: the whole operation. */
  static final class Execute {
    private Execute() {}

    @Advice.OnMethodEnter
    static Object enter() {
      return Operation.begin(SpringCoreRetryHooks.NAME);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object begun) {
      if (begun != null) {
        ((Operation) begun).end();
      }
    }
  }

  /** {@code MutableRetryState#increaseRetryCount}. */
  static final class Again {
    private Again() {}

    @Advice.OnMethodExit
    static void exit() {
      Operation.next(true);
    }
  }
}
