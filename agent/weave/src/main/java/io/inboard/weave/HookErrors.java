// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.Objects;

/**
 * Errors of ours in what an advice has put into a library's own machinery (a handler, a listener),
 * where no woven method catches them: counted and reported as those of advice are. Any thread.
 */
public final class HookErrors {
  private static volatile Heard heard = (unit, hook, error) -> {};

  private HookErrors() {}

  /**
   * Reports an error that was caught. Whoever has caught it goes on without us, or refuses where
   * that would let something pass.
   *
   * @param unit the name of the unit, as in {@code status}
   * @param at where it was caught, as a reader of a log would look for it
   */
  public static void report(String unit, Class<?> at, Throwable error) {
    heard.error(Objects.requireNonNull(unit), at.getName(), Objects.requireNonNull(error));
  }

  /** Who hears of them from now on. */
  static void heardBy(Heard next) {
    heard = next;
  }

  /** Must neither block nor throw. */
  @FunctionalInterface
  interface Heard {
    void error(String unit, String hook, Throwable error);
  }
}
