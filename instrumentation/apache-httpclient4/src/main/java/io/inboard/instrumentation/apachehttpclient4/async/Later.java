// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.client.ContinuingThreads;

/** Where calls go on after a wait. */
final class Later {
  private static final ContinuingThreads THREADS = new ContinuingThreads("inboard-httpasyncclient");

  private Later() {}

  /** Runs a task soon, under this context class loader. */
  static void run(Runnable task, ClassLoader loader) {
    THREADS.with(loader).execute(task);
  }
}
