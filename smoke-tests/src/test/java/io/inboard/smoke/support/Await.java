// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Waits on a condition, with an upper bound. */
public final class Await {
  private static final long PAUSE_MILLIS = 50;

  private Await() {}

  /** Something that throws until it holds. */
  public interface Assertion {
    void check() throws Exception;
  }

  /** Until it is true; an exception counts as not yet. */
  public static void until(String what, Duration atMost, Callable<Boolean> condition) {
    value(what, atMost, () -> condition.call() ? Optional.of(true) : Optional.empty());
  }

  /** Until the assertion holds; else it is thrown as it was seen last. */
  public static void untilAsserted(Duration atMost, Assertion assertion) {
    value(
        "the assertion",
        atMost,
        () -> {
          assertion.check();
          return Optional.of(true);
        });
  }

  /** Until there is a value. */
  public static <T> T value(String what, Duration atMost, Callable<Optional<T>> source) {
    long end = System.nanoTime() + atMost.toNanos();
    while (true) {
      Throwable last = null;
      try {
        Optional<T> value = source.call();
        if (value.isPresent()) {
          return value.get();
        }
      } catch (Exception | AssertionError e) {
        last = e;
      }
      if (System.nanoTime() > end) {
        if (last instanceof AssertionError) {
          throw (AssertionError) last;
        }
        throw new AssertionError("not within " + atMost + ": " + what, last);
      }
      pause(PAUSE_MILLIS);
    }
  }

  /** Where time itself is the matter: a load runs, a window passes. */
  public static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
