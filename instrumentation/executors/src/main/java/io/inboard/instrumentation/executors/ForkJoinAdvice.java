// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments;
import net.bytebuddy.asm.Advice.AssignReturned.ToArguments.ToArgument;
import net.bytebuddy.implementation.bytecode.assign.Assigner.Typing;

/** Advice of {@link ForkJoinHooks}. */
final class ForkJoinAdvice {
  /**
   * The context that a splitting task was made in. Kept while the task lives: a parallel stream's
   * task forks itself again while it runs, and is then run a second time.
   */
  private static final WeakIdentityMap<Object, Context> MADE_IN = new WeakIdentityMap<>();

  private ForkJoinAdvice() {}

  /** ForkJoinPool#submit: the pool wraps the function itself, so nobody sees ours. */
  static final class Give {
    private Give() {}

    @Advice.OnMethodEnter(inline = false)
    @ToArguments(@ToArgument(value = 0, typing = Typing.DYNAMIC))
    static Object enter(@Advice.Argument(value = 0, typing = Typing.DYNAMIC) Object function) {
      return Carried.one(function);
    }
  }

  /** A task's constructor. */
  static final class Make {
    private Make() {}

    @Advice.OnMethodExit(inline = false)
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
    @Advice.OnMethodEnter(inline = false)
    static Object enter(@Advice.This Object task) {
      Context context = MADE_IN.get(task);
      return context == null ? null : Inboard.contexts().activate(context);
    }

    @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class)
    static void exit(@Advice.Enter Object scope) {
      if (scope != null) {
        ((Contexts.Scope) scope).close();
      }
    }
  }
}
