// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import java.util.Random;

/** Randomness that repeats itself. One thread. */
public final class SeededChance implements Chance {
  private final Random random;

  public SeededChance(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public long below(long bound) {
    return random.nextLong(bound);
  }

  @Override
  public double between(double from, double to) {
    return random.nextDouble(from, to);
  }
}
