// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

/** Runs small tasks later. Safe for use by any thread. */
public interface Timer {
  /** The one timer of this process: a daemon thread {@code inboard-timer}, started at first use. */
  Timer PROCESS = new ProcessTimer();

  /**
   * Runs a task once.
   *
   * @param task must not block
   * @param delayNanos 0 or less: as soon as possible, never on the caller's thread
   */
  Task schedule(Runnable task, long delayNanos);

  /** How many tasks are scheduled and were neither run nor cancelled; 0 if unknown. */
  default int pending() {
    return 0;
  }

  /** A scheduled task. */
  @FunctionalInterface
  interface Task {
    /** Forgets the task, unless it has started. Idempotent; any thread. */
    void cancel();
  }
}
