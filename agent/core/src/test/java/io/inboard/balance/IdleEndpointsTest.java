// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.balance.Fakes.Fake;
import io.inboard.policy.SeededChance;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** The default balancer with one call after the other: equal endpoints get about even shares. */
final class IdleEndpointsTest {
  private static final int SEEDS = 200;

  /** A virtual clock, in nanoseconds. */
  private long now;

  private SeededChance chance = new SeededChance(1);

  private Map<Fake, Integer> calls(List<Fake> endpoints, int calls, ToDoubleFunction<Fake> millis) {
    Balancer<Fake> balancer = Balancer.peakEwma(endpoints, WarmUp.OFF, chance);
    Map<Fake, Integer> counts = new HashMap<>();
    for (int i = 0; i < calls; i++) {
      counts.merge(call(balancer, millis), 1, Integer::sum);
      now += TimeUnit.MILLISECONDS.toNanos(1);
    }
    return counts;
  }

  private Fake call(Balancer<Fake> balancer, ToDoubleFunction<Fake> millis) {
    Fake picked = balancer.pick(now, Balancer.NO_KEY, (f, n, tried) -> true, List.of());
    picked.load.begin();
    int slot = picked.load.start(now);
    long rtt = (long) (millis.applyAsDouble(picked) * 1e6);
    now += rtt;
    picked.load.answered(rtt, now);
    picked.load.stop(slot);
    picked.load.end();
    return picked;
  }

  @Test
  void equalsThatVaryGetEvenShares() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      chance = new SeededChance(seed);
      List<Fake> two = Fakes.equal(2);
      Map<Fake, Integer> counts = calls(two, 40, f -> chance.between(1, 4));
      assertThat(counts.get(two.get(0))).as("of 40, seed " + seed).isBetween(15, 25);
    }
  }

  @Test
  void theSlowFirstCallsOfAJvmCondemnNobody() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      chance = new SeededChance(seed);
      List<Fake> two = Fakes.equal(2);
      int[] call = new int[1];
      Map<Fake, Integer> counts =
          calls(two, 40, f -> 400.0 / (++call[0] * call[0]) + chance.between(1, 3));
      assertThat(counts.get(two.get(0))).as("of 40, seed " + seed).isBetween(15, 25);
    }
  }

  @Test
  void onePauseCondemnsNobody() {
    List<Fake> two = Fakes.equal(2);
    calls(two, 20, f -> 2);
    int[] call = new int[1];
    Map<Fake, Integer> counts = calls(two, 40, f -> call[0]++ == 5 ? 200 : 2);
    assertThat(counts.get(two.get(0))).isBetween(18, 22);
  }

  @Test
  void whoIsSlowEveryTimeIsLeftAlone() {
    List<Fake> two = Fakes.equal(2);
    calls(two, 20, f -> 2);
    Map<Fake, Integer> counts = calls(two, 200, f -> f == two.get(0) ? 30 : 2);
    assertThat(counts.get(two.get(0))).isBetween(1, 5);
  }

  @Test
  void whoHasFailedOfLateIsLeftAlone() {
    List<Fake> two = Fakes.equal(2);
    calls(two, 20, f -> 2);
    two.get(0).load.failed(1, 0, now);
    assertThat(calls(two, 100, f -> 2)).containsOnlyKeys(two.get(1));
    now += TimeUnit.MINUTES.toNanos(2);
    assertThat(calls(two, 100, f -> 2).get(two.get(0))).isBetween(45, 55);
  }

  @Test
  void anIdleOneOfManyIsAskedNowAndThen() {
    List<Fake> ten = Fakes.equal(10);
    Map<Fake, Integer> counts = calls(ten, 200, f -> chance.between(1, 4));
    for (Fake endpoint : ten) {
      assertThat(counts.get(endpoint)).as(endpoint.toString()).isBetween(10, 30);
    }
  }

  @Test
  void weightsAreKeptAmongIdleOnes() {
    List<Fake> two = Fakes.fakes(1, 3);
    Map<Fake, Integer> counts = calls(two, 2000, f -> chance.between(1, 4));
    assertThat(counts.get(two.get(0)) / 2000.0).isBetween(0.22, 0.28);
  }
}
