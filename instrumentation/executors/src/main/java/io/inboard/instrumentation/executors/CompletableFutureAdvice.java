// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments.ToArgument;
import net.bytebuddy.implementation.bytecode.assign.Assigner.Typing;

/**
 * Advice of {@link CompletableFutureHooks}: the function's arguments (one or none, or two) and its
 * place among the parameters make four cases.
 */
final class CompletableFutureAdvice {
  private CompletableFutureAdvice() {}

  /** {@code xStage(Executor, f)}. */
  static final class OneSecond {
    private OneSecond() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 1, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(value = 1, typing = Typing.DYNAMIC) Object function) {
      return Carried.applicationsOne(function);
    }
  }

  /** {@code xStage(Executor, (a, b) -> ..)}. */
  static final class TwoSecond {
    private TwoSecond() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 1, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(value = 1, typing = Typing.DYNAMIC) Object function) {
      return Carried.applicationsTwo(function);
    }
  }

  /** {@code xStage(Executor, CompletionStage, f)}. */
  static final class OneThird {
    private OneThird() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 2, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(value = 2, typing = Typing.DYNAMIC) Object function) {
      return Carried.applicationsOne(function);
    }
  }

  /** {@code xStage(Executor, CompletionStage, (a, b) -> ..)}. */
  static final class TwoThird {
    private TwoThird() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 2, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(value = 2, typing = Typing.DYNAMIC) Object function) {
      return Carried.applicationsTwo(function);
    }
  }
}
