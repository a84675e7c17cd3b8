// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments.ToArgument;
import net.bytebuddy.implementation.bytecode.assign.Assigner.Typing;

/** Advice of {@link SpringAsyncHooks}. */
final class SpringAsyncAdvice {
  private SpringAsyncAdvice() {}

  /**
   * SimpleAsyncTaskExecutor#doExecute(Runnable): goes into a new Thread, which nobody looks into.
   */
  static final class Execute {
    private Execute() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 0, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(0) Runnable task) {
      return Carried.one(task);
    }
  }
}
