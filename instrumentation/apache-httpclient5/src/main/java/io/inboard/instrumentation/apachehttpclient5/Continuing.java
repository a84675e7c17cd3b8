// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.AgentThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where calls go on after a wait, and are told of the end of their time. The library has no threads
 * for that but those of its I/O reactor, which take no tasks, and the mesh's timers and the JDK's
 * thread of delays must not meet what an application does in a callback. Threads are there while
 * they are needed.
 */
final class Continuing {
  private static final ThreadPoolExecutor THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          5,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          AgentThreads.factory("inboard-apache-httpclient5"));

  private Continuing() {}

  /** With the context class loader of this thread. */
  static Executor here() {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return task ->
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
