// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What became of the requests of one order. Not thread-safe; the drive guards it. */
final class Tally {
  private static final long LONGEST = TimeUnit.HOURS.toNanos(2);

  private final Histogram times = new Histogram(LONGEST, 3);
  private final Histogram waits = new Histogram(LONGEST, 3);
  private long answered;
  private long failed;
  private long reconnects;
  private String firstError = "";
  private long nanos;

  void waited(long nanos) {
    waits.recordValue(Math.max(0, nanos));
  }

  void answered(int status, long nanos) {
    answered++;
    if (status == 200) {
      times.recordValue(Math.max(0, nanos));
    } else {
      error("status " + status);
    }
  }

  /** A request that found no answer. */
  void broken(String why) {
    answered++;
    error(why);
  }

  /** No request's own, but not as it should be. */
  void error(String why) {
    failed++;
    if (firstError.isEmpty()) {
      firstError = why;
    }
  }

  void reconnected() {
    reconnects++;
  }

  /** The time of the order, and what the last answers took beyond. */
  void lasted(long nanos) {
    this.nanos = nanos;
  }

  /** Answers 200 that took longer. */
  long slowerThan(long nanos) {
    return times.getTotalCount() - times.getCountBetweenValues(0, nanos);
  }

  LoadResult result(double cpuNanos) {
    double seconds = Math.max(1, nanos) / 1e9;
    return new LoadResult(
        "",
        answered,
        failed,
        firstError,
        Math.round(seconds * 1000) / 1000.0,
        Math.round(times.getTotalCount() / seconds * 10) / 10.0,
        micros(times.getValueAtPercentile(50)),
        micros(times.getValueAtPercentile(99)),
        micros(times.getValueAtPercentile(99.9)),
        micros(times.getMaxValue()),
        reconnects,
        micros(waits.getValueAtPercentile(99)),
        micros(cpuNanos / Math.max(1, answered)));
  }

  private static double micros(double nanos) {
    return Math.round(nanos / 100.0) / 10.0;
  }
}
