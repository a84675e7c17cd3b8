// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.agent;

import io.inboard.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Prepares for the application's first calls when it is about to get its first requests: shortly
 * after it has opened a port, else half a minute after its main method has begun. So it costs the
 * application's start nothing, and the first calls find it done.
 *
 * <p>Confined to one thread, which waits.
 */
final class FirstCalls {
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** The application's last work before it is ready comes first. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** An application that opens no port, or one that no hook sees. */
  private static final long WITHOUT_PORT_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * Pieces that have not begun by then are left out. Elapsed time, which bounds the processor time.
   */
  static final Duration BUDGET = Duration.ofSeconds(3);

  private final Clock clock;
  private final Sleeper sleeper;
  private final BooleanSupplier mainHasBegun;
  private final Ports ports;

  /** How a thread waits. */
  @FunctionalInterface
  interface Sleeper {
    void sleep(long nanos) throws InterruptedException;
  }

  /** How many ports are open. */
  @FunctionalInterface
  interface Ports {
    int open();
  }

  FirstCalls(Clock clock, Sleeper sleeper, BooleanSupplier mainHasBegun, Ports ports) {
    this.clock = clock;
    this.sleeper = sleeper;
    this.mainHasBegun = mainHasBegun;
    this.ports = ports;
  }

  /**
   * Waits for the moment, then does what is to be done.
   *
   * @param pieces in this order; each decides for itself whether there is something to do
   */
  void prepare(List<Runnable> pieces) throws InterruptedException {
    await();
    long begun = clock.nanos();
    for (Runnable piece : pieces) {
      if (clock.nanos() - begun < BUDGET.toNanos()) {
        piece.run();
      }
    }
  }

  private void await() throws InterruptedException {
    while (!mainHasBegun.getAsBoolean()) {
      sleeper.sleep(STEP_NANOS);
    }
    // Those that are open are not the application's, but of what has run before it.
    int before = ports.open();
    long begun = clock.nanos();
    while (ports.open() <= before && clock.nanos() - begun < WITHOUT_PORT_NANOS) {
      sleeper.sleep(STEP_NANOS);
    }
    sleeper.sleep(PAUSE_NANOS);
  }

  /**
   * Whether the application's main method has begun, by the stack of the thread that runs it.
   *
   * @param main the thread that ran premain
   */
  static boolean hasBegun(Thread main) {
    return !main.isAlive() || hasBegun(main.getStackTrace());
  }

  /** The same by its frames, the last call first. */
  static boolean hasBegun(StackTraceElement[] stack) {
    if (stack.length == 0) {
      return false; // Between premain and whatever the JVM was made for.
    }
    String bottom = stack[stack.length - 1].getClassName();
    // What comes before it: agents, then the search for the main class.
    return !bottom.startsWith("sun.instrument.") && !bottom.startsWith("sun.launcher.");
  }
}
