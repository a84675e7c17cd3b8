// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.balance.Fakes.Fake;
import io.inboard.policy.SeededChance;
import io.inboard.settings.BalancerSettings.LocalitySettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Fractions of zones by the formulas of RATIONALE.md, Zones. */
final class ZonesTest {
  private static final LocalitySettings DEFAULT = new LocalitySettings(true, 6, Map.of(), Map.of());

  private final List<Fake> fakes = new ArrayList<>();
  private final Set<Fake> out = new HashSet<>();
  private long now = 1;

  /** So many endpoints of this weight. */
  private ZonesTest zone(String name, int n, int weight) {
    for (int i = 0; i < n; i++) {
      fakes.add(new Fake("10.0.0." + fakes.size(), weight, name, new Load()));
    }
    return this;
  }

  private ZonesTest out(String zone, int n) {
    fakes.stream().filter(f -> f.zone().equals(zone)).limit(n).forEach(out::add);
    return this;
  }

  private Balancer<Fake> balancer(String own, LocalitySettings settings) {
    Chance chance = new SeededChance(9);
    return Balancer.zoned(
        fakes,
        own,
        settings,
        some -> Balancer.peakEwma(some, WarmUp.OFF, chance),
        (f, n, tried) -> !out.contains(f),
        chance);
  }

  private Map<String, Double> shares(String own, LocalitySettings settings) {
    return shares(balancer(own, settings));
  }

  private Map<String, Double> shares(Balancer<Fake> balancer) {
    Map<String, Double> shares = new TreeMap<>();
    for (int i = 0; i < 40_000; i++) {
      Fake picked =
          balancer.pick(now, Balancer.NO_KEY, (f, n, tried) -> !out.contains(f), List.of());
      shares.merge(picked.zone(), 1 / 40_000.0, Double::sum);
    }
    return shares;
  }

  private static void isAbout(Map<String, Double> shares, String zone, double expected) {
    assertThat(shares.getOrDefault(zone, 0.0)).as(zone).isCloseTo(expected, within(0.01));
  }

  @Test
  void withAllHealthyNobodyLeavesItsZone() {
    zone("a", 2, 1).zone("b", 2, 1).zone("c", 2, 1);
    assertThat(shares("b", DEFAULT)).containsOnlyKeys("b");
  }

  @Test
  void whatTheOwnZoneCannotCarryGoesToTheOthers() {
    zone("a", 4, 1).zone("b", 4, 1).zone("c", 4, 1).out("a", 2);
    // u = 2/10 against o = 1/3 stays; b and c have 4/10 − 1/3 each to spare.
    Map<String, Double> shares = shares("a", DEFAULT);
    isAbout(shares, "a", 0.6);
    isAbout(shares, "b", 0.2);
    isAbout(shares, "c", 0.2);
  }

  @Test
  void whoHasMoreToSpareGetsMore() {
    zone("a", 6, 1).zone("b", 3, 1).zone("c", 3, 3).out("a", 4).out("b", 1);
    // Weights 18: listed a 6, b 3, c 9; healthy a 2, b 2, c 9 of 13.
    Map<String, Double> shares = shares("a", DEFAULT);
    double local = (2 / 13.0) / (6 / 18.0);
    isAbout(shares, "a", local);
    isAbout(shares, "b", 0);
    isAbout(shares, "c", 1 - local);
  }

  @Test
  void anEmptyZoneIsLeftAndFoundAgain() {
    zone("a", 3, 1).zone("b", 3, 1).out("a", 3);
    Balancer<Fake> balancer = balancer("a", DEFAULT);
    assertThat(shares(balancer)).containsOnlyKeys("b");
    out.clear();
    now += TimeUnit.SECONDS.toNanos(1);
    assertThat(shares(balancer)).containsOnlyKeys("a");
  }

  @Test
  void aZoneThatBecameEmptyRightNowLosesNoRequest() {
    zone("a", 3, 1).zone("b", 3, 1);
    Balancer<Fake> balancer = balancer("a", DEFAULT);
    assertThat(shares(balancer)).containsOnlyKeys("a");
    out("a", 3);
    assertThat(shares(balancer)).containsOnlyKeys("b");
  }

  @Test
  void fewEndpointsAreOnePool() {
    zone("a", 2, 1).zone("b", 3, 1);
    Map<String, Double> shares = shares("a", DEFAULT);
    isAbout(shares, "a", 0.4);
    isAbout(shares, "b", 0.6);
  }

  @Test
  void whereAZoneIsUnknownTheyAreOnePool() {
    zone("a", 4, 1).zone("b", 4, 1);
    isAbout(shares("", DEFAULT), "a", 0.5);
    isAbout(shares("z", DEFAULT), "a", 0.5);
    isAbout(shares("a", new LocalitySettings(false, 6, Map.of(), Map.of())), "a", 0.5);
    zone("", 1, 1);
    isAbout(shares("a", DEFAULT), "b", 4 / 9.0);
  }

  @Test
  void failoverGoesLevelByLevelWhenMoreThanTwoSeventhsAreOut() {
    zone("a", 10, 1).zone("b", 10, 1).zone("c", 10, 1);
    LocalitySettings settings = new LocalitySettings(true, 6, Map.of("a", List.of("c")), Map.of());
    out("a", 2);
    assertThat(shares("a", settings)).containsOnlyKeys("a");
    out("a", 5);
    Map<String, Double> half = shares("a", settings);
    isAbout(half, "a", 0.7);
    isAbout(half, "c", 0.3);
    out("a", 10).out("c", 6);
    Map<String, Double> rest = shares("a", settings);
    isAbout(rest, "c", 0.56);
    isAbout(rest, "b", 0.44);
  }

  @Test
  void levelsThatCannotCarryItAllTakeWhatTheyCan() {
    zone("a", 10, 1).zone("b", 10, 1).out("a", 8).out("b", 9);
    LocalitySettings settings = new LocalitySettings(true, 6, Map.of("a", List.of("b")), Map.of());
    Map<String, Double> shares = shares("a", settings);
    isAbout(shares, "a", 2 / 3.0);
    isAbout(shares, "b", 1 / 3.0);
  }

  @Test
  void distributeSaysWhatGoesWhere() {
    zone("a", 1, 1).zone("b", 1, 1).zone("c", 2, 1);
    LocalitySettings settings =
        new LocalitySettings(true, 6, Map.of(), Map.of("a", Map.of("a", 80, "b", 20)));
    Map<String, Double> shares = shares("a", settings);
    isAbout(shares, "a", 0.8);
    isAbout(shares, "b", 0.2);
    assertThat(shares("c", settings)).as("says nothing of callers in c").hasSize(3);
    out("a", 1);
    assertThat(shares("a", settings)).containsOnlyKeys("b");
  }
}
