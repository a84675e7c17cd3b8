// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static io.inboard.balance.Fakes.fakes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.balance.Fakes.Fake;
import io.inboard.policy.SeededChance;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Cost and latency of an endpoint; formulas of RATIONALE.md, Balancing. */
final class PeakEwmaTest {
  private static final double CLOSE = 0.01;

  /** About to overflow, as System.nanoTime may be. */
  private static final long T0 = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3);

  private final Load load = new Load();
  private final Chance chance = new SeededChance(5);

  private static long ms(double millis) {
    return (long) (millis * 1e6);
  }

  private static long s(double seconds) {
    return ms(1000 * seconds);
  }

  private double latencyMillis(long now) {
    return load.latencyNanos(now) / 1e6;
  }

  private static void isCloseTo(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, Percentage.withPercentage(100 * CLOSE));
  }

  @Test
  void aSlowAnswerCountsAtOnceAndAQuickOneByAndBy() {
    load.answered(ms(10), T0);
    load.answered(ms(100), T0 + ms(50));
    isCloseTo(latencyMillis(T0 + ms(50)), 100);
    load.answered(ms(10), T0 + ms(50) + s(5));
    double keep = Math.exp(-0.5);
    isCloseTo(latencyMillis(T0 + ms(50) + s(5)), 100 * keep + 10 * (1 - keep));
  }

  @Test
  void whatIsKnownFades() {
    load.answered(ms(100), T0);
    isCloseTo(latencyMillis(T0 + s(10)), 100 / Math.E);
    isCloseTo(latencyMillis(T0 + s(20)), 100 / Math.E / Math.E);
  }

  @Test
  void manyQuickAnswersAMillisecondBringItDownAsFewDo() {
    load.answered(ms(100), T0);
    for (int i = 0; i < 50_000; i++) {
      load.answered(ms(10), T0 + i * 200_000L);
    }
    double keep = Math.exp(-1);
    assertThat(latencyMillis(T0 + s(10)))
        .isCloseTo(100 * keep + 10 * (1 - keep), Percentage.withPercentage(5));
  }

  @Test
  void aFailureCountsAsASecondHoweverFastItIs() {
    load.failed(ms(1), 0, T0);
    isCloseTo(latencyMillis(T0), 1000);
    load.failed(ms(3000), 0, T0 + ms(5));
    isCloseTo(latencyMillis(T0 + ms(5)), 3000);
  }

  @Test
  void aFailureCountsAsTheRetryAfterUpToFiveSeconds() {
    load.failed(ms(1), s(2), T0);
    isCloseTo(latencyMillis(T0), 2000);
    load.failed(ms(1), s(60), T0 + ms(5));
    isCloseTo(latencyMillis(T0 + ms(5)), 5000);
  }

  @Test
  void whatIsQuickerThanATenthOfAMillisecondIsEqual() {
    load.answered(1000, T0);
    isCloseTo(latencyMillis(T0), 0.1);
  }

  @Test
  void theOldestThatWaitsCountsWithItsAge() {
    load.answered(ms(10), T0);
    load.begin();
    int slot = load.start(T0);
    load.begin();
    int other = load.start(T0 + ms(490));
    isCloseTo(load.cost(T0 + ms(500), 1), 500e6 * 3);
    load.stop(slot);
    isCloseTo(load.cost(T0 + ms(500), 1), 10e6 * 3);
    load.stop(other);
  }

  @Test
  void moreThanAreRememberedAreInFlightAllTheSame() {
    load.answered(ms(10), T0);
    int[] slots = new int[100];
    for (int i = 0; i < 100; i++) {
      load.begin();
      slots[i] = load.start(T0);
    }
    isCloseTo(load.cost(T0 + ms(50), 1), 50e6 * 101);
    for (int slot : slots) {
      load.stop(slot);
      load.end();
    }
    isCloseTo(load.cost(T0 + ms(50), 1), latencyMillis(T0 + ms(50)) * 1e6);
  }

  @Test
  void whoHasNeverAnsweredGetsOneRequestBeforeItHasAnswered() {
    assertThat(load.cost(T0, 1)).isZero();
    load.begin();
    assertThat(load.cost(T0, 1)).isGreaterThan(1e15);
    load.answered(ms(10), T0);
    load.end();
    isCloseTo(load.cost(T0, 1), 10e6);
  }

  @Test
  void aStreamSaysNothingOfLatency() {
    load.answered(ms(10), T0);
    load.answeredStream(T0);
    isCloseTo(latencyMillis(T0), 10);
    Load young = new Load();
    young.begin();
    young.answeredStream(T0);
    assertThat(young.cost(T0, 1)).as("has answered").isLessThan(1e9);
  }

  @Test
  void whoAskedToBeLeftAloneCostsAsMuchAsAFailure() {
    load.answered(ms(10), T0);
    load.hold(T0 + s(60));
    isCloseTo(load.cost(T0 + s(59), 1), 1e9);
    assertThat(load.cost(T0 + s(61), 1)).isLessThan(10e6);
  }

  @Test
  void theCheaperOfTwoThatAreBusyGetsIt() {
    List<Fake> fakes = fakes(1, 1);
    fakes.get(0).load.answered(ms(11), Fakes.NOW);
    fakes.get(1).load.answered(ms(10), Fakes.NOW);
    fakes.forEach(f -> f.inFlight(1));
    Balancer<Fake> balancer = Balancer.peakEwma(fakes, WarmUp.OFF, chance);
    assertThat(Fakes.shares(balancer, 1000, f -> true)).containsOnlyKeys(fakes.get(1));
  }

  @Test
  void weightsAreSharesAlsoAmongNearlyEquals() {
    List<Fake> fakes = fakes(1, 3);
    Balancer<Fake> balancer = Balancer.peakEwma(fakes, WarmUp.OFF, chance);
    int[] light = new int[1];
    long now = Fakes.NOW;
    for (int i = 0; i < 20_000; i++) {
      now += ms(10);
      Fake picked = balancer.pick(now, Balancer.NO_KEY, (f, n, tried) -> true, List.of());
      picked.load.answered(ms(chance.between(9, 11)), now);
      light[0] += picked == fakes.get(0) ? 1 : 0;
    }
    // Who gets more has more peaks; without regard to weights the light one would have three in
    // four.
    assertThat(light[0] / 20_000.0).isCloseTo(0.25, within(0.12));
  }

  @Test
  void aHeavyOneThatIsFarWorseLosesWhatItsWeightGives() {
    List<Fake> fakes = fakes(1, 9);
    fakes.get(0).load.answered(ms(10), Fakes.NOW);
    fakes.get(1).load.failed(ms(1), 0, Fakes.NOW);
    Balancer<Fake> balancer = Balancer.peakEwma(fakes, WarmUp.OFF, chance);
    assertThat(Fakes.shares(balancer, 1000, f -> true)).containsOnlyKeys(fakes.get(0));
  }

  @Test
  void aNewEndpointGetsItsShareByAndBy() {
    WarmUp warmUp = new WarmUp(s(30), 0.1, 1);
    List<Fake> fakes = fakes(1, 1, 1, 1);
    fakes.get(0).load.born(T0);
    for (BalancerTest.Kind kind : BalancerTest.Kind.values()) {
      Balancer<Fake> balancer = kind.of(fakes, warmUp, chance);
      assertThat(shareOfFirst(balancer, fakes, T0))
          .as(kind + " at first")
          .isCloseTo(0.1 / 3.1, within(0.02));
      assertThat(shareOfFirst(balancer, fakes, T0 + s(15)))
          .as(kind + " half way")
          .isCloseTo(0.5 / 3.5, within(0.03));
      assertThat(shareOfFirst(balancer, fakes, T0 + s(30)))
          .as(kind + " warm")
          .isCloseTo(0.25, within(0.03));
    }
  }

  private static double shareOfFirst(Balancer<Fake> balancer, List<Fake> fakes, long now) {
    Map<Fake, Integer> counts =
        Fakes.counts(
            8_000, () -> balancer.pick(now, Balancer.NO_KEY, (f, n, tried) -> true, List.of()));
    return counts.getOrDefault(fakes.get(0), 0) / 8_000.0;
  }

  @Test
  void aggressionMakesItFasterAtTheBeginning() {
    load.born(T0);
    assertThat(new WarmUp(s(100), 0.1, 1).factor(load, T0 + s(25))).isCloseTo(0.25, within(1e-6));
    assertThat(new WarmUp(s(100), 0.1, 0.5).factor(load, T0 + s(25))).isCloseTo(0.5, within(1e-6));
    assertThat(WarmUp.OFF.factor(load, T0)).isOne();
  }

  @Test
  void threadsLeaveNothingBehind() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(4);
    for (int t = 0; t < 4; t++) {
      new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  load.begin();
                  int slot = load.start(i + 1);
                  load.answered(i, i + 1);
                  load.stop(slot);
                  load.end();
                }
                done.countDown();
              })
          .start();
    }
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(load.inFlight()).isZero();
    load.begin(); // A slot that is still taken would show as an age.
    assertThat(load.cost(Long.MAX_VALUE / 2, 1)).isLessThan(1e9);
  }
}
