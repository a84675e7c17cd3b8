// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.concurrent.ThreadLocalRandom;

/** Randomness that is handed in, so that a test can repeat it. Safe for use by any thread. */
public interface Chance {
  /** The thread's own generator: no contention, no secrets. */
  Chance THREAD =
      new Chance() {
        @Override
        public long below(long bound) {
          return ThreadLocalRandom.current().nextLong(bound);
        }

        @Override
        public double between(double from, double to) {
          return ThreadLocalRandom.current().nextDouble(from, to);
        }
      };

  /**
   * Uniform in {@code [0, bound)}.
   *
   * @param bound 1 or more
   */
  long below(long bound);

  /**
   * Uniform in {@code [from, to)}.
   *
   * @param to more than from
   */
  double between(double from, double to);
}
