// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.time;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Clock and timer of a test: time passes when the test says so. One thread. */
public final class VirtualTime implements Clock, Timer {
  /** Not 0, and about to overflow soon, as System.nanoTime may be. */
  private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(2);

  private long epochMillis = 1_800_000_000_000L;
  private final List<Scheduled> tasks = new ArrayList<>();

  private record Scheduled(long at, Runnable task) {}

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long epochMillis() {
    return epochMillis;
  }

  @Override
  public Task schedule(Runnable task, long delayNanos) {
    Scheduled scheduled = new Scheduled(nanos + Math.max(0, delayNanos), task);
    tasks.add(scheduled);
    return () -> tasks.remove(scheduled);
  }

  public void passMillis(long millis) {
    pass(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** Lets time pass, and runs what is due on the way. */
  public void pass(long duration) {
    long end = nanos + duration;
    while (true) {
      Scheduled next =
          tasks.stream()
              .filter(t -> end - t.at >= 0)
              .min(Comparator.comparingLong(t -> t.at - end))
              .orElse(null);
      if (next == null) {
        break;
      }
      tasks.remove(next);
      to(next.at);
      next.task.run();
    }
    to(end);
  }

  private void to(long at) {
    epochMillis += TimeUnit.NANOSECONDS.toMillis(at - nanos);
    nanos = at;
  }

  /** Tasks that wait. */
  public int waiting() {
    return tasks.size();
  }
}
