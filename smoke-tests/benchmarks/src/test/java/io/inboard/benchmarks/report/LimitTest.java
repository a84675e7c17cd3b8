// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.benchmarks.report.Budget.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LimitTest {
  @ParameterizedTest
  @CsvSource({
    "0.95, 0.94, 0.96, MET",
    "0.95, 0.93, 0.97, MET",
    "0.95, 0.929, 0.97, UNDECIDED",
    "0.92, 0.90, 0.93, UNDECIDED",
    "0.92, 0.90, 0.929, MISSED",
  })
  void atLeast(double value, double low, double high, Verdict verdict) {
    assertThat(Limit.atLeast(0.93).verdict(new Interval(value, low, high))).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "2.8, 2.7, 3.0, MET",
    "2.8, 2.7, 3.01, UNDECIDED",
    "3.2, 3.0, 3.4, UNDECIDED",
    "3.2, 3.01, 3.4, MISSED",
    "3.2, -Infinity, Infinity, UNDECIDED",
    "NaN, -Infinity, Infinity, NOT_MEASURED",
  })
  void atMost(double value, double low, double high, Verdict verdict) {
    assertThat(Limit.atMost(3).verdict(new Interval(value, low, high))).isEqualTo(verdict);
  }

  private static Worst worst(Bootstrap... figures) {
    Worst worst = new Worst(Limit.atMost(3));
    for (int i = 0; i < figures.length; i++) {
      worst.add("v" + i, figures[i]);
    }
    return worst;
  }

  private static final Bootstrap MET = Bootstrap.ofMedian(1, 1, 1, 1, 1, 1, 1);
  private static final Bootstrap OPEN = Bootstrap.ofMedian(1, 1, 1, 2.5, 9, 9, 9);
  private static final Bootstrap MISSED = Bootstrap.ofMedian(4, 4, 4, 4, 4, 4, 4);
  private static final Bootstrap NOTHING = Bootstrap.ofMedian();

  @Test
  void allMustMeetWhatOneMisses() {
    assertThat(worst(MET, MET).verdict()).isEqualTo(Verdict.MET);
    assertThat(worst(MET, OPEN, MET).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(worst(OPEN, MISSED, MET).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(worst(MISSED, OPEN).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(worst(NOTHING, MET, NOTHING).verdict()).isEqualTo(Verdict.MET);
    assertThat(worst().verdict()).isEqualTo(Verdict.NOT_MEASURED);
  }

  @Test
  void theWorstIsShown() {
    assertThat(worst(MET, MISSED, OPEN).decidedBy()).isEqualTo("v1");
    assertThat(worst(MET, MISSED, OPEN).interval().value()).isEqualTo(4);
    assertThat(worst(MET, NOTHING).decidedBy()).isEqualTo("v0");
  }

  @Test
  void whatIsCertainNeedsNoMoreCycles() {
    assertThat(worst(MET).firm()).isTrue();
    assertThat(worst(MISSED).firm()).isTrue();
    assertThat(worst(OPEN).firm()).isFalse();
    // The 95 % interval is below 3, that of 99 % is not.
    Bootstrap barely = Bootstrap.ofMedian(1, 1, 1, 1, 1, 1, 1, 1, 1, 9, 9);
    assertThat(worst(barely).verdict()).isEqualTo(Verdict.MET);
    assertThat(worst(barely).firm()).isEqualTo(barely.interval(Bootstrap.FIRM).high() <= 3);
  }
}
