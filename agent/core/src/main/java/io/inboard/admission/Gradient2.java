// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

/**
 * How many requests at once a server can take, found from how long they take: the gradient of the
 * latency of now to that of long gone says how much of it is waiting.
 *
 * <pre>
 *   g     = clamp(0.5 .. 1, 1.5 * longRtt / shortRtt)
 *   limit = clamp(min .. max, 0.8 * limit + 0.2 * (limit * g + 4))
 * </pre>
 *
 * <p>The maths is that of Gradient2Limit of Netflix's concurrency-limits (Apache License 2.0), with
 * its defaults; the tolerance of 1.5 keeps ordinary noise from shrinking the limit. Not safe for
 * use by more than one thread at a time.
 */
final class Gradient2 {
  /** Where a limit starts, if the settings allow it; as Netflix's. */
  private static final int START = 20;

  private static final double TOLERANCE = 1.5;
  private static final double SMOOTHING = 0.2;

  /** How many may wait while the latency is as always: what lets the limit grow. */
  private static final int QUEUE = 4;

  /** Windows that the long average looks back over; its first ones are averaged evenly. */
  private static final int LONG = 600;

  private static final int EVEN = 10;

  private int min;
  private int max;
  private double limit;
  private double longRtt;
  private long windows;

  Gradient2(int min, int max) {
    this.limit = START;
    bounds(min, max);
  }

  /** Other bounds; what was learnt stays, as far as they allow. */
  void bounds(int newMin, int newMax) {
    min = newMin;
    max = newMax;
    limit = Math.max(min, Math.min(max, limit));
  }

  int limit() {
    return (int) limit;
  }

  /**
   * Learns from a window.
   *
   * @param shortRtt mean of the window, in nanoseconds, more than 0
   * @param mostInFlight the most requests that were under way at once in it
   */
  void learn(double shortRtt, int mostInFlight) {
    double weight = windows < EVEN ? 1.0 / (windows + 1) : 2.0 / (LONG + 1);
    longRtt += (shortRtt - longRtt) * weight;
    windows++;
    if (longRtt > 2 * shortRtt) {
      // A long overload is over: the average alone would take ten minutes to come down.
      longRtt *= 0.9;
    }
    if (mostInFlight < limit / 2) {
      // The limit was not reached: nothing is learnt about it.
      return;
    }
    double gradient = Math.max(0.5, Math.min(1, TOLERANCE * longRtt / shortRtt));
    double next = (1 - SMOOTHING) * limit + SMOOTHING * (limit * gradient + QUEUE);
    limit = Math.max(min, Math.min(max, next));
  }
}
