// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import io.inboard.settings.BalancerSettings.WarmupSettings;

/**
 * Slow start, as Envoy has it: the weight of an endpoint that appeared while this JVM runs grows
 * from a minimum to its whole, since a JVM that has just started is slow. Immutable.
 *
 * @param windowNanos 0: off
 * @param minimum of the weight, 0 to 1
 * @param exponent 1/aggression
 */
public record WarmUp(long windowNanos, double minimum, double exponent) {
  /** Every endpoint has its whole weight from the beginning. */
  public static final WarmUp OFF = new WarmUp(0, 1, 1);

  /** As the settings say. */
  public static WarmUp of(WarmupSettings settings) {
    return new WarmUp(
        settings.duration().toNanos(), settings.minimumPercent() / 100, 1 / settings.aggression());
  }

  /** What counts of an endpoint's weight now: more than 0, at most 1. */
  double factor(Load load, long now) {
    long age = load.sinceBorn(now);
    if (age >= windowNanos) {
      return 1;
    }
    double grown = Math.max(0, (double) age / windowNanos);
    return Math.max(Math.max(minimum, 0.001), exponent == 1 ? grown : Math.pow(grown, exponent));
  }
}
