// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.call.client.RepeatedWork;
import io.inboard.weave.Advice;
import org.springframework.retry.RetryContext;

/** Advice of {@link SpringRetryHooks}. */
final class SpringRetryAdvice {
  private SpringRetryAdvice() {}

  /** {@code RetryTemplate#doExecute}: the whole operation. */
  static final class Execute {
    private Execute() {}

    @Advice.OnMethodEnter
    static Object enter() {
      return RepeatedWork.begin(SpringRetryHooks.NAME);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object begun) {
      if (begun != null) {
        ((RepeatedWork) begun).end();
      }
    }
  }

  /** {@code RetryTemplate#canRetry(policy, context)}. */
  static final class Next {
    private Next() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(1) RetryContext context) {
      RepeatedWork.next(context.getRetryCount() > 0);
    }
  }

  /** {@code RetryTemplate#handleRetryExhausted}: what is done instead is no repetition. */
  static final class Recover {
    private Recover() {}

    @Advice.OnMethodEnter
    static void enter() {
      RepeatedWork.next(false);
    }
  }
}
