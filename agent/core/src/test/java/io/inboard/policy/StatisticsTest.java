// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.inboard.policy.Statistics.Event;
import io.inboard.time.Clock;
import io.inboard.time.VirtualTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Windows and percentiles of one destination. */
final class StatisticsTest {
  private final VirtualTime time = new VirtualTime();
  private final Statistics statistics = new Statistics(time);

  private void answered(long millis) {
    statistics.answered(true, TimeUnit.MILLISECONDS.toNanos(millis), time.nanos());
  }

  @Test
  void whatIsTenSecondsOldIsForgottenAndTheTotalIsNot() {
    for (int second = 0; second < 30; second++) {
      statistics.count(Event.FAILURE);
      time.passMillis(1_000);
    }
    assertThat(statistics.inWindow(Event.FAILURE)).isEqualTo(9);
    time.passMillis(8_999);
    assertThat(statistics.inWindow(Event.FAILURE)).isEqualTo(1);
    time.passMillis(1);
    assertThat(statistics.inWindow(Event.FAILURE)).isZero();
    assertThat(statistics.total(Event.FAILURE)).isEqualTo(30);
  }

  @Test
  void anIdleHourLeavesNothingBehind() {
    statistics.count(Event.SUCCESS);
    time.passMillis(3_600_000);
    statistics.count(Event.SUCCESS);
    assertThat(statistics.inWindow(Event.SUCCESS)).isEqualTo(1);
  }

  @Test
  void percentilesAreWithinFivePercent() {
    Random random = new Random(3);
    long[] nanos = new long[20_000];
    for (int i = 0; i < nanos.length; i++) {
      // Lognormal about 10 ms, so that its tail reaches far.
      nanos[i] = (long) (1e7 * Math.exp(1.5 * random.nextGaussian()));
      statistics.answered(i % 10 != 0, nanos[i], time.nanos());
    }
    Arrays.sort(nanos);
    Latencies latencies = statistics.latencies();
    for (double p : new double[] {1, 10, 50, 90, 95, 99, 99.9}) {
      long exact = nanos[(int) Math.ceil(p / 100 * nanos.length) - 1];
      assertThat(latencies.percentileNanos(p)).as("p%s", p).isCloseTo(exact, withPercentage(5));
    }
    assertThat(latencies.meanNanos())
        .isCloseTo((long) Arrays.stream(nanos).average().orElseThrow(), withPercentage(5));
    assertThat(latencies.count()).isEqualTo(nanos.length);
  }

  @Test
  void eachLatencyFromAMillisecondToAMinuteIsWithinFivePercent() {
    for (double millis = 1; millis <= 60_000; millis *= 1.013) {
      Statistics one = new Statistics(time);
      long nanos = (long) (millis * 1e6);
      one.answered(true, nanos, time.nanos());
      assertThat(one.latencies().percentileNanos(50)).isCloseTo(nanos, withPercentage(5));
    }
  }

  @Test
  void whatIsOutsideTheScaleStandsAtItsEnds() {
    statistics.answered(true, 0, time.nanos());
    statistics.answered(true, TimeUnit.HOURS.toNanos(1), time.nanos());
    assertThat(statistics.latencies().percentileNanos(50)).isLessThan(8_192);
    assertThat(statistics.latencies().percentileNanos(100)).isGreaterThan(60_000_000_000L);
  }

  @Test
  void tooFewAnswersSayNothing() {
    assertThat(statistics.p50Nanos()).isZero();
    answered(10);
    time.passMillis(1_000);
    assertThat(statistics.p50Nanos()).isZero();
    answered(10);
    time.passMillis(1_000);
    assertThat(statistics.p50Nanos()).isCloseTo(10_000_000, withPercentage(5));
    assertThat(statistics.percentileNanos(95)).isZero();
    for (int i = 0; i < 18; i++) {
      answered(10);
    }
    time.passMillis(1_000);
    assertThat(statistics.percentileNanos(95)).isCloseTo(10_000_000, withPercentage(5));
  }

  @Test
  void thePercentileOfACallIsUpToASecondOld() {
    for (int i = 0; i < 100; i++) {
      answered(10);
    }
    assertThat(statistics.p50Nanos()).isCloseTo(10_000_000, withPercentage(5));
    for (int i = 0; i < 1_000; i++) {
      answered(100);
    }
    time.passMillis(999);
    assertThat(statistics.p50Nanos()).isCloseTo(10_000_000, withPercentage(5));
    time.passMillis(1);
    assertThat(statistics.p50Nanos()).isCloseTo(100_000_000, withPercentage(5));
  }

  @Test
  void countsOfManyThreadsAreComplete() throws InterruptedException {
    Statistics real = new Statistics(Clock.SYSTEM);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 50_000; i++) {
                  real.answered(true, i, System.nanoTime());
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    assertThat(real.total(Event.SUCCESS)).isEqualTo(200_000);
    assertThat(real.inWindow(Event.SUCCESS)).isEqualTo(200_000);
    assertThat(real.latencies().count()).isEqualTo(200_000);
  }
}
