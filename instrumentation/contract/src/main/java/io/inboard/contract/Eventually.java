// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other threads will have done, with an upper bound. */
public final class Eventually {
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(20);

  private Eventually() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param otherwise says what was found instead
   * @throws AssertionError when it did not hold in 20 s
   */
  public static void eventually(BooleanSupplier condition, Supplier<String> otherwise) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND_NANOS) {
        throw new AssertionError("in vain waited for: " + otherwise.get());
      }
      pause(2);
    }
  }

  /** Sleeps, for a handler that has to be slow or a client that has to send slowly. */
  public static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting", e);
    }
  }
}
