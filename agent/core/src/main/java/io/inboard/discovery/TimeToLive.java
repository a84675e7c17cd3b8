// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.security.Security;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * After how long a name is resolved again. The JDK hides the time to live that DNS gives, and
 * caches answers itself, for 30 s unless {@code networkaddress.cache.ttl} says otherwise. Whoever
 * has made that shorter wants to see changes sooner; where it is longer, asking every 30 s costs a
 * look into the JDK's cache.
 */
final class TimeToLive implements LongSupplier {
  private static final long SHORTEST = 5;
  private static final long USUAL = 30;

  @Override
  public long getAsLong() {
    return TimeUnit.SECONDS.toNanos(seconds(Security.getProperty("networkaddress.cache.ttl")));
  }

  /**
   * @param property null: not set
   */
  static long seconds(String property) {
    try {
      long seconds = property == null ? USUAL : Long.parseLong(property.strip());
      return seconds < 0 ? USUAL : Math.max(SHORTEST, Math.min(USUAL, seconds));
    } catch (NumberFormatException e) {
      return USUAL;
    }
  }
}
