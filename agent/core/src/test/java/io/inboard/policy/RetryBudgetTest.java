// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.settings.BudgetSettings;
import io.inboard.settings.BudgetSettings.FundedBy;
import io.inboard.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** The formula of RATIONALE.md, Budget, line by line. */
final class RetryBudgetTest {
  private static final int UNLIMITED = Integer.MAX_VALUE;

  private final VirtualTime time = new VirtualTime();
  private final LongAdder calls = new LongAdder();
  private RetryBudget budget = budget(BudgetSettings.DEFAULT);

  private RetryBudget budget(BudgetSettings settings) {
    return new RetryBudget(settings, UNLIMITED, calls::sum, time.nanos());
  }

  private static BudgetSettings settings(double percent, double floor, FundedBy by) {
    return new BudgetSettings(percent, floor, by, Optional.empty(), Duration.ofSeconds(2));
  }

  private boolean take() {
    boolean granted = budget.acquire(time.nanos(), false, 0);
    if (granted) {
      budget.release();
    }
    return granted;
  }

  private int takeAll() {
    int taken = 0;
    while (take()) {
      taken++;
    }
    return taken;
  }

  private void succeed(int times) {
    for (int i = 0; i < times; i++) {
      calls.increment();
      budget.request(time.nanos());
      budget.success(time.nanos());
    }
  }

  @Test
  void startsWithTen() {
    assertThat(takeAll()).isEqualTo(10);
    assertThat(budget.tokens()).isZero();
  }

  @Test
  void aSuccessPaysForAFifthOfARetry() {
    takeAll();
    succeed(4);
    assertThat(take()).isFalse();
    succeed(1);
    assertThat(takeAll()).isEqualTo(1);
  }

  @Test
  void requestsThatFailPayForNothingUnlessTheSettingsSaySo() {
    takeAll();
    for (int i = 0; i < 1_000; i++) {
      budget.request(time.nanos());
    }
    assertThat(takeAll()).isZero();
    budget.change(settings(20, 0, FundedBy.REQUEST), UNLIMITED);
    for (int i = 0; i < 20; i++) {
      budget.request(time.nanos());
    }
    assertThat(takeAll()).isEqualTo(4);
  }

  @Test
  void theFloorIsPaidOnlyForTenSecondsAfterASuccess() {
    budget = budget(settings(0, 1, FundedBy.SUCCESS));
    takeAll();
    time.passMillis(60_000);
    assertThat(takeAll()).as("nothing has ever succeeded").isZero();
    succeed(1);
    time.passMillis(3_000);
    assertThat(takeAll()).isEqualTo(3);
    time.passMillis(60_000);
    assertThat(takeAll()).as("the rest of the ten seconds").isEqualTo(7);
    time.passMillis(60_000);
    assertThat(takeAll()).isZero();
    succeed(1);
    assertThat(takeAll()).as("the time of the outage is not paid later").isZero();
  }

  @Test
  void atMostAnIntervalsWorthOfRequestsIsSavedUp() {
    steady(1_000, 10_000);
    assertThat(takeAll()).isBetween(390, 405); // 20 % of 1,000 rps in 2 s
    steady(5, 60_000);
    assertThat(takeAll()).as("the cap follows the rate down").isEqualTo(10);
  }

  private void steady(int perSecond, int millis) {
    for (int i = 0; i < perSecond * (millis / 1_000); i++) {
      time.pass(TimeUnit.SECONDS.toNanos(1) / perSecond);
      succeed(1);
    }
  }

  @Test
  void whatWasSavedAtAHighRateIsNotSpentAtALowOne() {
    steady(1_000, 10_000);
    time.passMillis(60_000);
    calls.add(10);
    assertThat(takeAll()).isEqualTo(10);
  }

  @Test
  void changedSettingsKeepTheTokens() {
    for (int i = 0; i < 7; i++) {
      take();
    }
    budget.change(settings(50, 0, FundedBy.SUCCESS), UNLIMITED);
    assertThat(budget.tokens()).isEqualTo(3);
    succeed(2);
    assertThat(budget.tokens()).isEqualTo(4);
  }

  @Test
  void aRefundIsAsIfNothingHadBeenAsked() {
    assertThat(budget.acquire(time.nanos(), false, 0)).isTrue();
    budget.refund(false);
    budget.release();
    assertThat(budget.tokens()).isEqualTo(10);
    assertThat(budget.underWay()).isZero();
  }

  @Test
  void theRetriesUnderWayAreCapped() {
    budget.change(BudgetSettings.DEFAULT, 2);
    assertThat(budget.acquire(time.nanos(), false, 0)).isTrue();
    assertThat(budget.acquire(time.nanos(), true, 0)).isTrue();
    assertThat(budget.acquire(time.nanos(), true, 0)).as("free ones count, too").isFalse();
    budget.release();
    assertThat(budget.acquire(time.nanos(), false, 0)).isTrue();
    assertThat(budget.tokens()).as("what is refused costs nothing").isEqualTo(8);
  }

  @Test
  void istiosConcurrencyIsAShareOfTheCallsUnderWayOrTheMinimum() {
    budget.change(
        new BudgetSettings(20, 1, FundedBy.SUCCESS, Optional.of(3), Duration.ofSeconds(2)),
        UNLIMITED);
    int few = 0;
    while (budget.acquire(time.nanos(), true, 5)) {
      few++;
    }
    assertThat(few).isEqualTo(3);
    int many = few;
    while (budget.acquire(time.nanos(), true, 50)) {
      many++;
    }
    assertThat(many).isEqualTo(10);
  }

  @Test
  void nothingIsLostOrMadeByThreads() throws Exception {
    int threads = 4;
    int each = 20_000;
    BudgetSettings plenty =
        new BudgetSettings(100, 0, FundedBy.SUCCESS, Optional.empty(), Duration.ofHours(1));
    budget = budget(plenty);
    calls.add(1_000_000);
    long now = time.nanos() + Duration.ofHours(1).toNanos();
    budget.success(now); // Raises the cap.
    double before = budget.tokens();
    List<Thread> workers = new ArrayList<>();
    LongAdder taken = new LongAdder();
    for (int t = 0; t < threads; t++) {
      Thread worker =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  budget.success(now);
                  if (i % 2 == 0 && budget.acquire(now, false, 0)) {
                    taken.increment();
                    budget.release();
                  }
                }
              });
      workers.add(worker);
      worker.start();
    }
    for (Thread worker : workers) {
      worker.join(TimeUnit.SECONDS.toMillis(30));
    }
    assertThat(budget.tokens()).isEqualTo(before + threads * each - taken.sum());
    assertThat(taken.sum()).isPositive();
    assertThat(budget.underWay()).isZero();
  }
}
