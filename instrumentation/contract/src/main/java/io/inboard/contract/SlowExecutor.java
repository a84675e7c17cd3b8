// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server's threads, all of them busy: each task waits, at least for a given time. */
public final class SlowExecutor implements Executor, AutoCloseable {
  /** How long each task waits. */
  public static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @Override
  public void execute(Runnable task) {
    long due = System.nanoTime() + WAIT_NANOS;
    threads.execute(
        () -> {
          for (long left = WAIT_NANOS; left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          task.run();
        });
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
