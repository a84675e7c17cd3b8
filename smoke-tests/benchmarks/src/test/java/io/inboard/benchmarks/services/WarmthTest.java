// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class WarmthTest {
  private static Warmth after(double... windows) {
    Warmth warmth = new Warmth(10, 30, 100);
    DoubleStream.of(windows).forEach(warmth::add);
    return warmth;
  }

  @Test
  void threeWindowsThatLieTogetherAreEnough() {
    assertThat(after(1000, 1010, 1019).enough()).isTrue();
    assertThat(after(500, 1000, 1010, 1019).enough()).isTrue();
  }

  @Test
  void twoThatLieTogetherMayBeChance() {
    assertThat(after(980, 1010, 1019).enough()).isFalse();
    assertThat(after(980, 1010, 1019).apart()).isCloseTo(0.038, within(0.001));
  }

  @Test
  void aSlowRiseIsNotSteady() {
    assertThat(after(1000, 1015, 1030).steady()).isFalse();
  }

  @Test
  void steadyTooEarlyIsWarmedOn() {
    Warmth warmth = new Warmth(10, 150, 300);
    for (int i = 0; i < 14; i++) {
      warmth.add(1000);
      assertThat(warmth.enough()).isFalse();
    }
    warmth.add(1000);
    assertThat(warmth.enough()).isTrue();
  }

  @Test
  void whatIsNeverSteadyIsMeasuredAtLast() {
    Warmth warmth = after(1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(warmth.enough()).isFalse();
    warmth.add(10);
    assertThat(warmth.enough()).isTrue();
    assertThat(warmth.steady()).isFalse();
    assertThat(warmth.throughput()).isEqualTo(10);
  }
}
