// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.weave.Advice;

/**
 * Advice of {@link CompletableFutureHooks}: the function's arguments (one or none, or two) and its
 * place among the parameters make four cases.
 */
final class CompletableFutureAdvice {
  private CompletableFutureAdvice() {}

  /** {@code xStage(Executor, f)}. */
  static final class OneSecond {
    private OneSecond() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static Object enter(@Advice.Argument(1) Object function) {
      return Carried.applicationsOne(function);
    }
  }

  /** {@code xStage(Executor, (a, b) -> ..)}. */
  static final class TwoSecond {
    private TwoSecond() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static Object enter(@Advice.Argument(1) Object function) {
      return Carried.applicationsTwo(function);
    }
  }

  /** {@code xStage(Executor, CompletionStage, f)}. */
  static final class OneThird {
    private OneThird() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(2)
    static Object enter(@Advice.Argument(2) Object function) {
      return Carried.applicationsOne(function);
    }
  }

  /** {@code xStage(Executor, CompletionStage, (a, b) -> ..)}. */
  static final class TwoThird {
    private TwoThird() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(2)
    static Object enter(@Advice.Argument(2) Object function) {
      return Carried.applicationsTwo(function);
    }
  }
}
