// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments.ToArgument;
import net.bytebuddy.implementation.bytecode.assign.Assigner.Typing;

/** Advice of {@link VirtualThreadHooks}. */
final class VirtualThreadAdvice {
  private VirtualThreadAdvice() {}

  /** ThreadBuilders#newVirtualThread(Executor, String, int, Runnable). */
  static final class Make {
    private Make() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 3, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(3) Runnable task) {
      return Carried.one(task);
    }
  }
}
