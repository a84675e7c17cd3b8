// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes every thread of the agent. Such a thread may be started by whatever thread of the
 * application comes first, and must inherit nothing from it: not its thread group (which the
 * application may want to destroy or list), context class loader (which would keep a web
 * application from being undeployed), inheritable thread locals, priority, access control context
 * or handler of uncaught exceptions. It is a daemon: the JVM's exit never waits for it.
 */
public final class AgentThreads {
  private AgentThreads() {}

  /** A thread that has not started. */
  public static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(AgentThreads.class.getClassLoader());
    thread.setPriority(Thread.NORM_PRIORITY);
    return thread;
  }

  /** Makes threads named {@code name}, {@code name-2}, {@code name-3}... */
  public static ThreadFactory factory(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      int number = count.incrementAndGet();
      return daemon(number == 1 ? name : name + "-" + number, work);
    };
  }
}
