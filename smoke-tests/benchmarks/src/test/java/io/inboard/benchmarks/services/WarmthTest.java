// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class WarmthTest {
  /** Windows of 5 s and 1,000 requests, in which so much of the time something was compiled. */
  private static Warmth after(int atLeastRequests, double... compiling) {
    Warmth warmth = new Warmth(atLeastRequests, 50);
    DoubleStream.of(compiling).forEach(share -> warmth.add(5, 1_000, 5 * share));
    return warmth;
  }

  @Test
  void warmIsWhoWasAskedOftenAndCompilesNoMore() {
    assertThat(after(3_000, 0.9, 0.01, 0.01, 0.01).enough()).isTrue();
    assertThat(after(4_000, 0.9, 0.01, 0.01, 0.01).enough()).isTrue();
    assertThat(after(4_001, 0.9, 0.01, 0.01, 0.01).enough()).isFalse();
  }

  @Test
  void whoStillCompilesIsNotWarm() {
    assertThat(after(0, 0.9, 0.5, 0.04, 0.04).enough()).isFalse();
    assertThat(after(0, 0.9, 0.5, 0.04, 0.04).compiled()).isCloseTo(0.193, within(0.001));
  }

  @Test
  void twoQuietWindowsMayBeChance() {
    assertThat(after(0, 0.01, 0.01).enough()).isFalse();
    assertThat(after(0, 0.01, 0.01, 0.01).enough()).isTrue();
  }

  @Test
  void whatCompilesForeverIsMeasuredAtLast() {
    Warmth warmth = after(0, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(warmth.enough()).isFalse();
    warmth.add(5, 1_000, 5);
    assertThat(warmth.enough()).isTrue();
    assertThat(warmth.quiet()).isFalse();
    assertThat(warmth.seconds()).isEqualTo(50);
    assertThat(warmth.requests()).isEqualTo(10_000);
  }
}
