// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.weave.Advice;

/** Advice of {@link VirtualThreadHooks}. */
final class VirtualThreadAdvice {
  private VirtualThreadAdvice() {}

  /** ThreadBuilders#newVirtualThread(Executor, String, int, Runnable). */
  static final class Make {
    private Make() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(3)
    static Object enter(@Advice.Argument(3) Runnable task) {
      return Carried.one(task);
    }
  }
}
