// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.call.Log;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** See {@link Timer#PROCESS}. */
final class ProcessTimer implements Timer {
  @Override
  public Task schedule(Runnable task, long delayNanos) {
    Future<?> future = Holder.EXECUTOR.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | LinkageError e) {
      // A library's socket may throw what it likes when it is closed; the timer goes on.
      Log.warnOnce("timer." + e.getClass().getName(), "a timed task failed: " + e);
    }
  }

  /** Loaded at first use: a JVM without timeouts has no thread. */
  private static final class Holder {
    static final ScheduledThreadPoolExecutor EXECUTOR = executor();

    private static ScheduledThreadPoolExecutor executor() {
      ScheduledThreadPoolExecutor executor =
          new ScheduledThreadPoolExecutor(
              1,
              runnable -> {
                Thread thread = new Thread(null, runnable, "inboard-timer", 0, false);
                thread.setDaemon(true);
                thread.setContextClassLoader(null);
                return thread;
              });
      // Nearly every timeout is cancelled; without this they would pile up until their time.
      executor.setRemoveOnCancelPolicy(true);
      return executor;
    }
  }
}
