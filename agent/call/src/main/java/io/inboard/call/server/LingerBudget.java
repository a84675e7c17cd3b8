// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long threads of the application may be kept by peers that are being refused: a tenth of one
 * thread's time over the long run, however many peers come, and a second at once. Any thread.
 */
public final class LingerBudget {
  /** The one of this process. */
  public static final LingerBudget PROCESS = new LingerBudget(System::nanoTime);

  /** How long one peer is waited for at most. */
  public static final int MOST_MILLIS = 250;

  private static final long MOST = TimeUnit.SECONDS.toNanos(1);
  private static final long SHARE = 10;

  private final LongSupplier nanoTime;

  // Guarded by this.
  private long left = MOST;
  private long since;

  /**
   * @param nanoTime the time in nanoseconds since any point
   */
  public LingerBudget(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /**
   * Takes the time for one peer.
   *
   * @return how long it may be waited for, in milliseconds; 0: not at all, nothing was taken
   */
  public synchronized int take() {
    long now = nanoTime.getAsLong();
    left = Math.min(MOST, left + (now - since) / SHARE);
    since = now;
    long most = TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
    if (left < most) {
      return 0;
    }
    left -= most;
    return MOST_MILLIS;
  }

  /** Gives back what was not needed. */
  public synchronized void giveBack(long unusedNanos) {
    left = Math.min(MOST, left + Math.max(0, unusedNanos));
  }
}
