// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** On a virtual clock: a server that answers in 1 ms, but once in 200 ms. */
class PaceTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long STALL_FROM = 500 * MILLI;
  private static final long STALL_TO = 700 * MILLI;

  @Test
  void anOpenLoopsDueTimesDoNotMoveWhenTheServerStalls() {
    Pace stalled = new Pace.Open(0, 100, 1);
    List<Long> due = new ArrayList<>();
    for (long now : new long[] {0, 10 * MILLI, 400 * MILLI, 990 * MILLI, 5000 * MILLI}) {
      for (long next = stalled.next(now); next != Pace.NONE; next = stalled.next(now)) {
        due.add(next);
      }
    }
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      expected.add(i * 10 * MILLI);
    }
    assertThat(due).isEqualTo(expected);
    assertThat(stalled.over(5000 * MILLI)).isTrue();
  }

  @Test
  void everyRequestDueInAStallIsSlowInAnOpenLoop() {
    List<Long> times = answered(new Pace.Open(0, 500, 1), 4);
    assertThat(times).hasSize(500);
    // 100 were due in the stall; those of its last 50 ms waited less, those after it stood in line.
    assertThat(times.stream().filter(time -> time > 50 * MILLI).count()).isBetween(70L, 110L);
    assertThat(times.stream().mapToLong(Long::longValue).max()).hasValue(200 * MILLI + MILLI);
  }

  @Test
  void aClosedLoopSeesOneSlowRequestAConnection() {
    List<Long> times = answered(new Pace.Closed(0, 1), 4);
    assertThat(times.stream().filter(time -> time > 50 * MILLI).count()).isEqualTo(4);
  }

  @Test
  void aLateRequestIsDueSinceThenAndAnEarlyOneLater() {
    Pace pace = new Pace.Open(100 * MILLI, 10, 1);
    assertThat(pace.untilNext(0)).isEqualTo(100 * MILLI);
    assertThat(pace.next(0)).isEqualTo(Pace.NONE);
    assertThat(pace.next(250 * MILLI)).isEqualTo(100 * MILLI);
    assertThat(pace.untilNext(250 * MILLI)).isEqualTo(-50 * MILLI);
  }

  /** The times of all requests, on so many connections; a millisecond a step. */
  private static List<Long> answered(Pace pace, int connections) {
    List<Long> times = new ArrayList<>();
    long[] busyUntil = new long[connections];
    for (long now = 0; now < 2000 * MILLI; now += MILLI) {
      for (int i = 0; i < connections; i++) {
        long due = busyUntil[i] <= now ? pace.next(now) : Pace.NONE;
        if (due != Pace.NONE) {
          boolean stalls = now >= STALL_FROM && now < STALL_TO;
          busyUntil[i] = (stalls ? STALL_TO : now) + MILLI;
          times.add(busyUntil[i] - due);
        }
      }
    }
    return times;
  }
}
