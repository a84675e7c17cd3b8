// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.AgentThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where calls go on after a wait: the library has no threads for that but the I/O reactor's, to
 * which nothing can be handed. As many threads as there are such calls at the same time, since what
 * runs there is the application's, too; none while there are no such calls.
 */
final class Later {
  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          AgentThreads.factory("inboard-httpasyncclient"));

  private Later() {}

  /** Runs a task soon, under this context class loader. */
  static void run(Runnable task, ClassLoader loader) {
    THREADS.execute(
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
