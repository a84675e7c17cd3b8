// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty.app;

import java.util.concurrent.Executor;
import org.eclipse.jetty.util.thread.ThreadPool;

/** A test's threads, as Jetty wants them. */
record JettyThreads(Executor threads) implements ThreadPool {
  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  @Override
  public void join() {}

  @Override
  public int getThreads() {
    return 0;
  }

  @Override
  public int getIdleThreads() {
    return 0;
  }

  @Override
  public boolean isLowOnThreads() {
    return false;
  }
}
