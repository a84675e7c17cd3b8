// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes every thread of the agent. Such a thread may be started by whatever thread of the
 * application comes first, and must inherit nothing from it: not its thread group (which the
 * application may want to destroy or list), context class loader and access control context (each
 * would keep a web application from being undeployed), inheritable thread locals, priority or
 * handler of uncaught exceptions. It is a daemon: the JVM's exit never waits for it.
 *
 * <p>What a library starts (okhttp's task runner, the JDK's delay thread) inherits from its
 * starter; so such a library is only used from a thread of ours, see {@link #startDelays}.
 */
public final class AgentThreads {
  private static final Thread.UncaughtExceptionHandler LAST_WORD =
      new Thread.UncaughtExceptionHandler() {
        @Override
        public void uncaughtException(Thread thread, Throwable error) {
          AgentLoop.named(family(thread.getName())).failed(error);
        }
      };

  private AgentThreads() {}

  /** A thread that has not started. */
  @SuppressWarnings("removal") // Without effect since JDK 24, and what keeps contexts out before.
  public static Thread daemon(String name, Runnable work) {
    // A thread's access control context is the one in which it is made. A privileged action's holds
    // the classes from here on alone; the callers' domains, each with its class loader, stay out.
    return AccessController.doPrivileged(
        new PrivilegedAction<Thread>() {
          @Override
          public Thread run() {
            return make(name, work);
          }
        });
  }

  private static Thread make(String name, Runnable work) {
    Thread thread = new Thread(root(), work, name, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(AgentThreads.class.getClassLoader());
    thread.setPriority(Thread.NORM_PRIORITY);
    thread.setUncaughtExceptionHandler(LAST_WORD);
    return thread;
  }

  /** The group "system", where the JDK's own threads are. */
  private static ThreadGroup root() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }

  /** Makes threads named {@code name}, {@code name-2}, {@code name-3}... */
  public static ThreadFactory factory(String name) {
    AtomicInteger count = new AtomicInteger();
    return work -> {
      int number = count.incrementAndGet();
      return daemon(number == 1 ? name : name + "-" + number, work);
    };
  }

  /**
   * To be called before the agent asks a {@link CompletableFuture} for a delay on a thread of the
   * application: the JDK's one thread for delays starts with the first of them, and then it starts
   * on a thread of ours. Waits for that once, a moment.
   */
  public static void startDelays() {
    Delays.started();
  }

  private static void delayNothing() {
    CompletableFuture.delayedExecutor(1, TimeUnit.NANOSECONDS, Runnable::run).execute(() -> {});
  }

  private static final class Delays {
    static {
      // The work is outside of this class, which that thread would have to wait for.
      Thread starter = daemon("inboard-delays", AgentThreads::delayNothing);
      starter.start();
      boolean interrupted = false;
      while (starter.isAlive()) {
        try {
          starter.join();
        } catch (InterruptedException e) {
          interrupted = true; // The application's, which it is to see after this.
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private Delays() {}

    static void started() {}
  }

  private static String family(String name) {
    int end = name.length();
    while (end > 0 && Character.isDigit(name.charAt(end - 1))) {
      end--;
    }
    return end < name.length() && end > 1 && name.charAt(end - 1) == '-'
        ? name.substring(0, end - 1)
        : name;
  }
}
