// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.weave.Advice;

/** Advice of {@link SpringAsyncHooks}. */
final class SpringAsyncAdvice {
  private SpringAsyncAdvice() {}

  /**
   * SimpleAsyncTaskExecutor#doExecute(Runnable): goes into a new Thread; nothing reads the task
   * from there.
   */
  static final class Execute {
    private Execute() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Object enter(@Advice.Argument(0) Runnable task) {
      return Carried.one(task);
    }
  }
}
