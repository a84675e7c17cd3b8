// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.AgentThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where the calls of a library go on after a wait, and are told of the end of their time, if the
 * library has no threads for that but those of its I/O reactor, which take no tasks. The mesh's
 * timers and the JDK's thread of delays must not meet what an application does in a callback. As
 * many threads as there are such calls at the same time; none while there are no such calls. Safe
 * for use by any thread.
 */
public final class ContinuingThreads {
  private final ThreadPoolExecutor threads;

  /**
   * Starts no thread yet.
   *
   * @param name of the threads; not null
   */
  public ContinuingThreads(String name) {
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            5,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            AgentThreads.factory(name));
  }

  /** Runs tasks with the context class loader of the calling thread. */
  public Executor here() {
    return with(Thread.currentThread().getContextClassLoader());
  }

  /**
   * Runs tasks with this context class loader.
   *
   * @param loader null: with none
   */
  public Executor with(ClassLoader loader) {
    return task ->
        threads.execute(
            () -> {
              Thread thread = Thread.currentThread();
              ClassLoader own = thread.getContextClassLoader();
              thread.setContextClassLoader(loader);
              try {
                task.run();
              } finally {
                thread.setContextClassLoader(own);
              }
            });
  }
}
