// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BootstrapTest {
  @Test
  void whatNeverVariesIsCertain() {
    assertThat(Bootstrap.ofMedian(7, 7, 7, 7, 7, 7).interval()).isEqualTo(new Interval(7, 7, 7));
  }

  @Test
  void theBoundsOfAKnownSample() {
    double[] values = IntStream.rangeClosed(1, 100).mapToDouble(i -> i).toArray();
    Interval interval = Bootstrap.ofMedian(values).interval();
    assertThat(interval.value()).isEqualTo(50.5);
    // By the binomial distribution of how many values lie below the median: the 40th to the 61st.
    assertThat(interval.low()).isCloseTo(40.5, within(1.5));
    assertThat(interval.high()).isCloseTo(60.5, within(1.5));
    Interval wider = Bootstrap.ofMedian(values).interval(Bootstrap.FIRM);
    assertThat(wider.low()).isLessThan(interval.low());
    assertThat(wider.high()).isGreaterThan(interval.high());
  }

  @Test
  void theTrueMedianIsInsideNinetyFiveTimesOfAHundred() {
    Random random = new Random(1);
    int inside = 0;
    for (int i = 0; i < 400; i++) {
      // Skewed, as times are; its median is 1.
      double[] values =
          random.doubles(40).map(unused -> Math.exp(random.nextGaussian() * 0.3)).toArray();
      Interval interval = Bootstrap.ofMedian(values).interval();
      inside += interval.low() <= 1 && 1 <= interval.high() ? 1 : 0;
    }
    assertThat(inside / 400.0).isBetween(0.92, 0.98);
  }

  @Test
  void aWildValueDoesNoHarm() {
    Interval interval = Bootstrap.ofMedian(10, 11, 10, 12, 11, 10, 11, 12, 11, 9_000).interval();
    assertThat(interval.value()).isEqualTo(11);
    assertThat(interval.high()).isLessThan(13);
  }

  @Test
  void fewerThanSixSayNothingOfTheBounds() {
    Interval interval = Bootstrap.ofMedian(1, 2, 3, 4, 5).interval();
    assertThat(interval.value()).isEqualTo(3);
    assertThat(interval.bounded()).isFalse();
  }

  @Test
  void whatIsMissingIsLeftOut() {
    double none = Double.NaN;
    assertThat(Bootstrap.ofMedian(none, 7, 7, 7, none, 7, 7, 7).interval())
        .isEqualTo(new Interval(7, 7, 7));
    assertThat(Bootstrap.ofMedian(none, none).interval().measured()).isFalse();
    assertThat(Bootstrap.ofMedian().interval().measured()).isFalse();
  }

  @Test
  void theSameSampleGivesTheSameInterval() {
    double[] values = new Random(2).doubles(30).toArray();
    assertThat(Bootstrap.ofMedian(values).interval())
        .isEqualTo(Bootstrap.ofMedian(values).interval());
  }
}
