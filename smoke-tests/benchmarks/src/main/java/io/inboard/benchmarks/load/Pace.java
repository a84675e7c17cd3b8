// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

/**
 * Which request is next, and from when its time counts. Nanoseconds of one clock, which only the
 * caller reads: this runs on a virtual one just as well. Not thread-safe; the drive guards it.
 */
sealed interface Pace {
  /** No request is to be sent now. */
  long NONE = Long.MIN_VALUE;

  /** Takes the next request: since when its time counts, or {@link #NONE}. */
  long next(long now);

  /** How long until a request is due that has not been taken; at most 0 if it is late already. */
  long untilNext(long now);

  /** No request will be due any more. */
  boolean over(long now);

  /** A connection's next request is due when it is free: whoever is slow is asked less. */
  final class Closed implements Pace {
    private final long end;

    Closed(long start, double seconds) {
      this.end = start + (long) (seconds * 1e9);
    }

    @Override
    public long next(long now) {
      return over(now) ? NONE : now;
    }

    @Override
    public long untilNext(long now) {
      return over(now) ? Long.MAX_VALUE : 0;
    }

    @Override
    public boolean over(long now) {
      return now - end >= 0;
    }
  }

  /**
   * Request n is due at start + n / rate. A request that finds no free connection stands in line,
   * and the wait is part of its time; so what a stall does to the requests due in it is seen
   * (nothing is coordinated with the server, as it would be in a closed loop).
   */
  final class Open implements Pace {
    private final long start;
    private final double gap;
    private final long requests;
    private long taken;

    Open(long start, double rate, double seconds) {
      this.start = start;
      this.gap = 1e9 / rate;
      this.requests = Math.max(1, Math.round(rate * seconds));
    }

    @Override
    public long next(long now) {
      return untilNext(now) > 0 ? NONE : due(taken++);
    }

    @Override
    public long untilNext(long now) {
      return taken == requests ? Long.MAX_VALUE : due(taken) - now;
    }

    @Override
    public boolean over(long now) {
      return taken == requests;
    }

    private long due(long request) {
      return start + (long) (request * gap);
    }
  }
}
