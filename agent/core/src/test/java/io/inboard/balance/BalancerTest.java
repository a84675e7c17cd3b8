// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static io.inboard.balance.Fakes.fakes;
import static io.inboard.balance.Fakes.pick;
import static io.inboard.balance.Fakes.shares;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.balance.Fakes.Fake;
import io.inboard.policy.SeededChance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shares of endpoints; RATIONALE.md, Balancing. */
final class BalancerTest {
  private final Chance chance = new SeededChance(11);

  enum Kind {
    ROUND_ROBIN,
    LEAST_REQUEST,
    RANDOM,
    PEAK_EWMA;

    Balancer<Fake> of(List<Fake> endpoints, WarmUp warmUp, Chance chance) {
      return switch (this) {
        case ROUND_ROBIN -> Balancer.roundRobin(endpoints, warmUp, chance);
        case LEAST_REQUEST -> Balancer.leastRequest(endpoints, warmUp, chance);
        case RANDOM -> Balancer.random(endpoints, warmUp, chance);
        case PEAK_EWMA -> Balancer.peakEwma(endpoints, warmUp, chance);
      };
    }

    Balancer<Fake> of(List<Fake> endpoints, Chance chance) {
      return of(endpoints, WarmUp.OFF, chance);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void equalEndpointsGetEqualShares(Kind kind) {
    List<Fake> fakes = fakes(1, 1, 1, 1, 1);
    Map<Fake, Integer> shares = shares(kind.of(fakes, chance), 50_000, f -> true);
    assertThat(shares.values())
        .hasSize(5)
        .allSatisfy(n -> assertThat(n).isCloseTo(10_000, within(500)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void withoutLoadWeightsAreShares(Kind kind) {
    List<Fake> fakes = fakes(1, 2, 5);
    Map<Fake, Integer> shares = shares(kind.of(fakes, chance), 80_000, f -> true);
    assertThat(shares.get(fakes.get(0))).isCloseTo(10_000, within(500));
    assertThat(shares.get(fakes.get(1))).isCloseTo(20_000, within(1_000));
    assertThat(shares.get(fakes.get(2))).isCloseTo(50_000, within(2_500));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whoIsNotEligibleGetsNothingAndItsShareGoesToAllOthers(Kind kind) {
    List<Fake> fakes = fakes(1, 1, 1, 1);
    Fake out = fakes.get(1);
    Map<Fake, Integer> shares = shares(kind.of(fakes, chance), 30_000, f -> f != out);
    assertThat(shares).doesNotContainKey(out);
    assertThat(shares.values())
        .hasSize(3)
        .allSatisfy(n -> assertThat(n).isCloseTo(10_000, within(500)));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void findsTheOneThatIsEligibleAmongMany(Kind kind) {
    List<Fake> fakes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      fakes.add(Fakes.fake(i, 1 + i % 7));
    }
    for (Fake only : fakes) {
      assertThat(pick(kind.of(fakes, chance), f -> f == only)).isSameAs(only);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void picksNobodyWhenNobodyIsEligible(Kind kind) {
    assertThat(pick(kind.of(fakes(1, 1), chance), f -> false)).isNull();
    assertThat(pick(kind.of(fakes(), chance), f -> true)).isNull();
  }

  @Test
  void roundRobinGoesRoundAndSpreadsTheTurnsOfTheHeavy() {
    List<Fake> fakes = fakes(3, 1);
    Balancer<Fake> balancer = Kind.ROUND_ROBIN.of(fakes, chance);
    List<Fake> turns = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      turns.add(pick(balancer, f -> true));
    }
    for (int i = 0; i + 4 <= 40; i++) {
      assertThat(turns.subList(i, i + 4)).filteredOn(f -> f == fakes.get(1)).hasSize(1);
    }
  }

  @Test
  void roundRobinStartsAnywhere() {
    Set<Integer> starts = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      List<Fake> fakes = fakes(1, 1, 1, 1);
      starts.add(fakes.indexOf(pick(Kind.ROUND_ROBIN.of(fakes, chance), f -> true)));
    }
    assertThat(starts).hasSize(4);
  }

  @Test
  void roundRobinKeepsSharesOfExtremeWeightsRoughly() {
    List<Fake> fakes = fakes(1, 1_000_000);
    Map<Fake, Integer> shares = shares(Kind.ROUND_ROBIN.of(fakes, chance), 10_100, f -> true);
    assertThat(shares.get(fakes.get(0))).isCloseTo(100, within(2));
  }

  @Test
  void leastRequestTakesTheIdlerOfTwo() {
    List<Fake> fakes = fakes(1, 1);
    fakes.get(0).inFlight(1);
    Map<Fake, Integer> shares = shares(Kind.LEAST_REQUEST.of(fakes, chance), 1_000, f -> true);
    assertThat(shares).containsOnlyKeys(fakes.get(1));
  }

  @Test
  void leastRequestNeverTakesTheBusiestOfAll() {
    List<Fake> fakes = fakes(1, 1, 1, 1);
    fakes.get(2).inFlight(10);
    Map<Fake, Integer> shares = shares(Kind.LEAST_REQUEST.of(fakes, chance), 10_000, f -> true);
    assertThat(shares).doesNotContainKey(fakes.get(2)).hasSize(3);
  }

  @Test
  void leastRequestJudgesLoadByWeight() {
    List<Fake> fakes = fakes(1, 4);
    fakes.get(0).inFlight(1);
    fakes.get(1).inFlight(3);
    Map<Fake, Integer> shares = shares(Kind.LEAST_REQUEST.of(fakes, chance), 1_000, f -> true);
    assertThat(shares).containsOnlyKeys(fakes.get(1));
  }

  @Test
  void leastRequestKeepsASlowEndpointFromDrowning() {
    // One of ten keeps its requests ten times as long; open loop, one request a tick.
    List<Fake> fakes = fakes(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    Balancer<Fake> balancer = Kind.LEAST_REQUEST.of(fakes, chance);
    Map<Long, List<Fake>> ends = new HashMap<>();
    int slow = 0;
    for (long tick = 0; tick < 100_000; tick++) {
      ends.getOrDefault(tick, List.of()).forEach(f -> f.load.end());
      ends.remove(tick);
      Fake picked = pick(balancer, f -> true);
      picked.load.begin();
      boolean isSlow = picked == fakes.get(0);
      slow += isSlow ? 1 : 0;
      ends.computeIfAbsent(tick + (isSlow ? 100 : 10), t -> new ArrayList<>()).add(picked);
    }
    assertThat(slow).as("fair would be 10,000").isLessThan(4_000).isPositive();
  }
}
