// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.call.Contexts;
import io.inboard.weave.Advice;

/** Advice of {@link Resilience4jRetryHooks}. */
final class Resilience4jRetryAdvice {
  private Resilience4jRetryAdvice() {}

  /** {@code ContextImpl#onResult}: whether this result is to be repeated. */
  static final class Result {
    private Result() {}

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object retry, @Advice.Return boolean again) {
      Repetitions.follow(retry, again);
    }
  }

  /** {@code ContextImpl#onComplete}: of what has no result, that alone. */
  static final class Success {
    private Success() {}

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object retry) {
      Repetitions.follow(retry, false);
    }
  }

  /** {@code ContextImpl#onError} and {@code onRuntimeError}: throws what is not repeated. */
  static final class Failure {
    private Failure() {}

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.This Object retry, @Advice.Thrown Throwable thrown) {
      Repetitions.follow(retry, thrown == null);
    }
  }

  /** {@code AsyncRetryBlock#run}: one attempt. */
  static final class Run {
    private Run() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object task) {
      return Repetitions.run(task);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object scope) {
      if (scope != null) {
        ((Contexts.Scope) scope).close();
      }
    }
  }
}
