// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitedLinesTest {
  private static final long KEPT_BACK = -1;

  private long now = Long.MAX_VALUE - 5; // The clock may pass its end.
  private final LimitedLines lines = new LimitedLines(10, 2, () -> now);

  @Test
  void oneOfAKindPassesInAWhileAndTellsHowManyDidNot() {
    assertThat(lines.pass("a")).isZero();
    assertThat(lines.pass("a")).isEqualTo(KEPT_BACK);
    now += 9;
    assertThat(lines.pass("a")).isEqualTo(KEPT_BACK);
    now += 1;
    assertThat(lines.pass("a")).isEqualTo(2);
    assertThat(lines.pass("a")).isEqualTo(KEPT_BACK);
    now += 10;
    assertThat(lines.pass("a")).isEqualTo(1);
    now += 1_000;
    assertThat(lines.pass("a")).isZero();
  }

  @Test
  void kindsDoNotSilenceEachOther() {
    lines.pass("a");
    assertThat(lines.pass("b")).isZero();
  }

  @Test
  void kindsBeyondTheLimitShareOne() {
    lines.pass("a");
    lines.pass("b");
    assertThat(lines.pass("c")).isZero();
    assertThat(lines.pass("d")).isEqualTo(KEPT_BACK);
    assertThat(lines.pass("c")).isEqualTo(KEPT_BACK);
    now += 10;
    assertThat(lines.pass("e")).isEqualTo(2);
    assertThat(lines.pass("a")).as("those before are told apart as ever").isZero();
  }
}
