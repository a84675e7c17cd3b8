// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import io.inboard.balance.Chance;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * Discrete events: time jumps from one to the next, those of the same time come in the order in
 * which they were asked for. One thread.
 */
final class Simulation implements Clock, Chance, Timer {
  static final double MILLIS = 1e6;

  /** Overflows on the way, as System.nanoTime may. */
  private static final long ORIGIN = Long.MAX_VALUE - 7_000_000_000L;

  private final SplittableRandom random;

  /** Nanoseconds since the start. */
  private long now;

  /** A binary heap: when, which of the same time, what. */
  private long[] times = new long[1024];

  private long[] serials = new long[1024];
  private Runnable[] events = new Runnable[1024];
  private int size;
  private long serial;

  Simulation(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Milliseconds since the start. */
  double millis() {
    return now / MILLIS;
  }

  @Override
  public long nanos() {
    return ORIGIN + now;
  }

  @Override
  public long epochMillis() {
    return 1_800_000_000_000L + (long) millis();
  }

  @Override
  public long below(long bound) {
    return random.nextLong(bound);
  }

  @Override
  public double between(double from, double to) {
    return random.nextDouble(from, to);
  }

  /** Whether something of this probability happens now. */
  boolean happens(double probability) {
    return probability > 0 && (probability >= 1 || random.nextDouble() < probability);
  }

  /** Exponentially distributed. */
  double exponential(double mean) {
    return mean * random.nextExponential();
  }

  /** Lognormally distributed, with this mean; sigma of the logarithm. */
  double lognormal(double mean, double sigma) {
    return mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
  }

  /** Runs something after so many milliseconds. */
  void in(double millis, Runnable event) {
    inNanos((long) (millis * MILLIS), event);
  }

  /** Runs something at a time of the scenario, in milliseconds. */
  void at(double millis, Runnable event) {
    in(millis - millis(), event);
  }

  void inNanos(long delay, Runnable event) {
    if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      serials = Arrays.copyOf(serials, 2 * size);
      events = Arrays.copyOf(events, 2 * size);
    }
    long time = now + Math.max(0, delay);
    long s = serial++;
    int i = size++;
    while (i > 0) {
      int parent = (i - 1) >>> 1;
      if (times[parent] <= time) { // Later serials never overtake.
        break;
      }
      move(parent, i);
      i = parent;
    }
    times[i] = time;
    serials[i] = s;
    events[i] = event;
  }

  @Override
  public Task schedule(Runnable task, long delayNanos) {
    boolean[] cancelled = new boolean[1];
    inNanos(
        delayNanos,
        () -> {
          if (!cancelled[0]) {
            task.run();
          }
        });
    return () -> cancelled[0] = true;
  }

  /** Lets events happen until this time of the scenario, in milliseconds. */
  void run(double untilMillis) {
    long until = (long) (untilMillis * MILLIS);
    while (size > 0 && times[0] <= until) {
      now = times[0];
      Runnable event = events[0];
      takeFirst();
      event.run();
    }
    now = Math.max(now, until);
  }

  private void takeFirst() {
    int last = --size;
    long time = times[last];
    long s = serials[last];
    Runnable event = events[last];
    events[last] = null;
    if (last == 0) {
      return;
    }
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= last) {
        break;
      }
      if (child + 1 < last && before(child + 1, times[child], serials[child])) {
        child++;
      }
      if (!before(child, time, s)) {
        break;
      }
      move(child, i);
      i = child;
    }
    times[i] = time;
    serials[i] = s;
    events[i] = event;
  }

  private boolean before(int i, long time, long s) {
    return times[i] < time || (times[i] == time && serials[i] < s);
  }

  private void move(int from, int to) {
    times[to] = times[from];
    serials[to] = serials[from];
    events[to] = events[from];
  }

  /**
   * Independent arrivals at this rate until a time, whatever becomes of them (open loop).
   *
   * @param factor of the rate, by time in milliseconds
   */
  void arrivals(double perSecond, double untilMillis, DoubleUnaryOperator factor, Runnable each) {
    double pause = exponential(1000 / (perSecond * factor.applyAsDouble(millis())));
    if (millis() + pause < untilMillis) {
      in(
          pause,
          () -> {
            each.run();
            arrivals(perSecond, untilMillis, factor, each);
          });
    }
  }
}
