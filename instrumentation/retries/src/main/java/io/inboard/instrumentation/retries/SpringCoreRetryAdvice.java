// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.call.client.RepeatedWork;
import io.inboard.weave.Advice;

/** Advice of {@link SpringCoreRetryHooks}. */
final class SpringCoreRetryAdvice {
  private SpringCoreRetryAdvice() {}

  /** {@code RetryTemplate#execute}: the whole operation. */
  static final class Execute {
    private Execute() {}

    @Advice.OnMethodEnter
    static Object enter() {
      return RepeatedWork.begin(SpringCoreRetryHooks.NAME);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object begun) {
      if (begun != null) {
        ((RepeatedWork) begun).end();
      }
    }
  }

  /** {@code MutableRetryState#increaseRetryCount}. */
  static final class Again {
    private Again() {}

    @Advice.OnMethodExit
    static void exit() {
      RepeatedWork.next(true);
    }
  }
}
