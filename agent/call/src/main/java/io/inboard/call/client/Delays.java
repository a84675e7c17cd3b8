// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.AgentThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs tasks later, without a thread that waits for each. Safe for use by any thread. */
public interface Delays {
  /** The JDK's one thread for delays; no pool is involved. */
  // What the task throws is ignored.
  @SuppressWarnings("FutureReturnValueIgnored")
  Delays OF_JDK =
      (nanos, task) -> {
        AgentThreads.startDelays();
        CompletableFuture<Boolean> due = new CompletableFuture<>();
        due.completeOnTimeout(true, nanos, TimeUnit.NANOSECONDS)
            .thenAccept(
                isDue -> {
                  if (isDue) {
                    task.run();
                  }
                });
        // The JDK forgets the delay of a future that is complete.
        return () -> due.complete(false);
      };

  /**
   * Runs a task once, after so many nanoseconds.
   *
   * @param task must not block; runs on a thread that others wait for, or on this one
   * @return forgets the task, unless it has begun to run
   */
  Runnable after(long nanos, Runnable task);

  /** The time, as {@link System#nanoTime}. */
  default long nanoTime() {
    return System.nanoTime();
  }
}
