// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.policy.SeededChance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shares of endpoints; resilience.md section 3. */
final class BalancerTest {
  private final Chance chance = new SeededChance(11);

  enum Kind {
    ROUND_ROBIN,
    LEAST_REQUEST;

    Balancer<Fake> of(List<Fake> endpoints, Chance chance) {
      return this == ROUND_ROBIN
          ? Balancer.roundRobin(endpoints, chance)
          : Balancer.leastRequest(endpoints, chance);
    }
  }

  static final class Fake implements Candidate {
    private final int weight;
    int inFlight;

    Fake(int weight) {
      this.weight = weight;
    }

    @Override
    public int weight() {
      return weight;
    }

    @Override
    public int inFlight() {
      return inFlight;
    }
  }

  private static List<Fake> fakes(int... weights) {
    List<Fake> fakes = new ArrayList<>();
    for (int w : weights) {
      fakes.add(new Fake(w));
    }
    return fakes;
  }

  private static Map<Fake, Integer> shares(Balancer<Fake> balancer, int picks, Predicate<Fake> ok) {
    Map<Fake, Integer> shares = new HashMap<>();
    for (int i = 0; i < picks; i++) {
      shares.merge(balancer.pick(ok).orElseThrow(), 1, Integer::sum);
    }
    return shares;
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
      fakes.add(new Fake(1 + i % 7));
    }
    for (Fake only : fakes) {
      assertThat(kind.of(fakes, chance).pick(f -> f == only)).containsSame(only);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void picksNobodyWhenNobodyIsEligible(Kind kind) {
    assertThat(kind.of(fakes(1, 1), chance).pick(f -> false)).isEmpty();
    assertThat(kind.of(fakes(), chance).pick(f -> true)).isEmpty();
  }

  @Test
  void roundRobinGoesRoundAndSpreadsTheTurnsOfTheHeavy() {
    List<Fake> fakes = fakes(3, 1);
    Balancer<Fake> balancer = Balancer.roundRobin(fakes, chance);
    List<Fake> turns = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      turns.add(balancer.pick(f -> true).orElseThrow());
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
      starts.add(fakes.indexOf(Balancer.roundRobin(fakes, chance).pick(f -> true).orElseThrow()));
    }
    assertThat(starts).hasSize(4);
  }

  @Test
  void roundRobinKeepsSharesOfExtremeWeightsRoughly() {
    List<Fake> fakes = fakes(1, 1_000_000);
    Map<Fake, Integer> shares = shares(Balancer.roundRobin(fakes, chance), 10_100, f -> true);
    assertThat(shares.get(fakes.get(0))).isCloseTo(100, within(2));
  }

  @Test
  void leastRequestTakesTheIdlerOfTwo() {
    List<Fake> fakes = fakes(1, 1);
    fakes.get(0).inFlight = 1;
    Map<Fake, Integer> shares = shares(Balancer.leastRequest(fakes, chance), 1_000, f -> true);
    assertThat(shares).containsOnlyKeys(fakes.get(1));
  }

  @Test
  void leastRequestNeverTakesTheBusiestOfAll() {
    List<Fake> fakes = fakes(1, 1, 1, 1);
    fakes.get(2).inFlight = 10;
    Map<Fake, Integer> shares = shares(Balancer.leastRequest(fakes, chance), 10_000, f -> true);
    assertThat(shares).doesNotContainKey(fakes.get(2)).hasSize(3);
  }

  @Test
  void leastRequestJudgesLoadByWeight() {
    List<Fake> fakes = fakes(1, 4);
    fakes.get(0).inFlight = 1;
    fakes.get(1).inFlight = 3;
    Map<Fake, Integer> shares = shares(Balancer.leastRequest(fakes, chance), 1_000, f -> true);
    assertThat(shares).containsOnlyKeys(fakes.get(1));
  }

  @Test
  void leastRequestKeepsASlowEndpointFromDrowning() {
    // One of ten keeps its requests ten times as long; open loop, one request a tick.
    List<Fake> fakes = fakes(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    Balancer<Fake> balancer = Balancer.leastRequest(fakes, chance);
    Map<Long, List<Fake>> ends = new HashMap<>();
    int slow = 0;
    for (long tick = 0; tick < 100_000; tick++) {
      ends.getOrDefault(tick, List.of()).forEach(f -> f.inFlight--);
      ends.remove(tick);
      Fake picked = balancer.pick(f -> true).orElseThrow();
      picked.inFlight++;
      boolean isSlow = picked == fakes.get(0);
      slow += isSlow ? 1 : 0;
      ends.computeIfAbsent(tick + (isSlow ? 100 : 10), t -> new ArrayList<>()).add(picked);
    }
    assertThat(slow).as("fair would be 10,000").isLessThan(4_000).isPositive();
  }
}
