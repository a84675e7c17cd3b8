// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.weave.Advice;
import java.util.concurrent.RunnableScheduledFuture;

/** Advice of {@link ThreadPoolHooks}. */
final class ThreadPoolAdvice {
  private static final Pending PENDING = new Pending();

  private ThreadPoolAdvice() {}

  /** How many tasks wait with a context; for tests. */
  static int waiting() {
    return PENDING.size();
  }

  /** ThreadPoolExecutor#execute(Runnable). */
  static final class Submit {
    private Submit() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Runnable task) {
      if (task != null) {
        PENDING.remember(task);
      }
    }
  }

  /**
   * ScheduledThreadPoolExecutor#delayedExecute: the task is the future that goes into the queue.
   */
  static final class Schedule {
    private Schedule() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) RunnableScheduledFuture<?> task) {
      // A periodic task belongs to no request.
      if (!task.isPeriodic()) {
        PENDING.remember(task);
      }
    }
  }

  /** ThreadPoolExecutor#reject: whatever the handler does, this submission is over. */
  static final class GiveBack {
    private GiveBack() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Runnable task) {
      PENDING.forget(task);
    }
  }

  /** ThreadPoolExecutor#remove. */
  static final class Remove {
    private Remove() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Argument(0) Runnable task, @Advice.Return boolean removed) {
      if (removed) {
        PENDING.forget(task);
      }
    }
  }

  /** ThreadPoolExecutor.Worker#run: a worker may be made for a task, which never sees the queue. */
  static final class FirstTask {
    private FirstTask() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.FieldValue("firstTask") Runnable task) {
      Worker.begin(PENDING, task);
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit() {
      Worker.end();
    }
  }

  /** ThreadPoolExecutor#getTask: what ran before is over when it begins. */
  static final class NextTask {
    private NextTask() {}

    @Advice.OnMethodEnter
    static void enter() {
      Worker.end();
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Return Runnable task) {
      Worker.begin(PENDING, task);
    }
  }
}
