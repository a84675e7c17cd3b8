// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.weave.Advice;

/** Advice of {@link TomcatPoolHooks}: as {@link ThreadPoolAdvice}. */
final class TomcatPoolAdvice {
  private static final Pending PENDING = new Pending();

  private TomcatPoolAdvice() {}

  /** ThreadPoolExecutor#executeInternal(Runnable). */
  static final class Submit {
    private Submit() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Runnable task) {
      if (task != null) {
        PENDING.remember(task);
      }
    }

    /** Tomcat queues a refused task by force, or refuses it for good: with nothing of ours. */
    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Argument(0) Runnable task, @Advice.Thrown Throwable error) {
      if (error != null) {
        PENDING.forget(task);
      }
    }
  }

  /** ThreadPoolExecutor.Worker#run. */
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

  /** ThreadPoolExecutor#getTask. */
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
