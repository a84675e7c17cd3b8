// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.call.AgentThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Threads that are made when there is something to do, and end when there is nothing. */
final class PassingThreads implements Executor {
  private final String name;
  private final int most;

  /** Null until there is something to do: what has work for them is made before main. */
  private ThreadPoolExecutor pool;

  /**
   * @param most threads at once
   */
  PassingThreads(String name, int most) {
    this.name = name;
    this.most = most;
  }

  @Override
  public void execute(Runnable work) {
    pool().execute(work);
  }

  private synchronized ThreadPoolExecutor pool() {
    if (pool == null) {
      pool =
          new ThreadPoolExecutor(
              most,
              most,
              30,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              AgentThreads.factory(name));
      pool.allowCoreThreadTimeOut(true);
    }
    return pool;
  }
}
