// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads of ours: daemons that inherit nothing from the request that happens to start them. */
final class Threads {
  private Threads() {}

  static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(Threads.class.getClassLoader());
    return thread;
  }

  /** Names threads {@code name}, {@code name-2}, {@code name-3}... */
  static ThreadFactory factory(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      int number = count.incrementAndGet();
      return daemon(number == 1 ? name : name + "-" + number, work);
    };
  }
}
