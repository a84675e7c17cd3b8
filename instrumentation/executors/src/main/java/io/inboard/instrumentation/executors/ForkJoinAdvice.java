// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.inboard.weave.Advice;

/** Advice of {@link ForkJoinHooks}. */
final class ForkJoinAdvice {
  /**
   * The context that a splitting task was made in. Kept while the task lives: a parallel stream's
   * task forks itself again while it runs, and is then run a second time.
   */
  private static final WeakIdentityMap<Object, Context> MADE_IN = new WeakIdentityMap<>();

  private ForkJoinAdvice() {}

  /**
   * ForkJoinPool#submit: the pool wraps the function itself, so ours is not visible to the
   * application.
   */
  static final class Give {
    private Give() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Object enter(@Advice.Argument(0) Object function) {
      return Carried.one(function);
    }
  }

  /** A task's constructor. */
  static final class Make {
    private Make() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This Object task) {
      Context context = Inboard.contexts().current();
      if (context != Context.NONE) {
        MADE_IN.put(task, context);
      }
    }
  }

  /** A task's exec. */
  static final class Run {
    private Run() {}

    /** The scope to close; null if there is none. */
    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object task) {
      Context context = MADE_IN.get(task);
      return context == null ? null : Inboard.contexts().activate(context);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object scope) {
      if (scope != null) {
        ((Contexts.Scope) scope).close();
      }
    }
  }
}
