// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import io.inboard.settings.BalancerSettings.LocalitySettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Chooses a zone by {@link ZoneShares}, and within it as any other balancer. If no endpoint of the
 * zone is eligible at this moment, one of any zone is taken.
 */
final class Zones<E extends Candidate> implements Balancer<E> {
  /** How long shares hold: health is counted once in this time, by one caller. */
  private static final long REFRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final List<List<E>> members;
  private final List<Balancer<E>> within;
  private final Balancer<E> anywhere;
  private final ZoneShares rule;
  private final Eligible<E> healthy;
  private final Chance chance;

  /** Ends of the zones' ranges in [0, 1); replaced as a whole. Null before the first pick. */
  private volatile double[] ends;

  /** When to count again; whoever moves it counts. */
  private final AtomicLong due = new AtomicLong();

  private Zones(
      List<List<E>> members,
      Function<List<E>, Balancer<E>> kind,
      Balancer<E> anywhere,
      ZoneShares rule,
      Eligible<E> healthy,
      Chance chance) {
    this.members = members;
    this.within = members.stream().map(kind).toList();
    this.anywhere = anywhere;
    this.rule = rule;
    this.healthy = healthy;
    this.chance = chance;
  }

  /**
   * A balancer for several zones; the kind's own where zones do not act: this JVM's zone or one of
   * the endpoints' is unknown, all stand in one, or there are few of them.
   *
   * @param zone where this JVM is; empty if unknown
   * @param healthy who counts; asked without {@code tried}
   */
  static <E extends Candidate> Balancer<E> of(
      List<E> endpoints,
      String zone,
      LocalitySettings settings,
      Function<List<E>, Balancer<E>> kind,
      Eligible<E> healthy,
      Chance chance) {
    Map<String, List<E>> byZone = new LinkedHashMap<>();
    for (E e : endpoints) {
      byZone.computeIfAbsent(e.zone(), z -> new ArrayList<>()).add(e);
    }
    Balancer<E> anywhere = kind.apply(endpoints);
    boolean known = settings.enabled() && !zone.isEmpty() && !byZone.containsKey("");
    List<String> names = List.copyOf(byZone.keySet());
    Optional<ZoneShares> rule =
        known && names.size() > 1
            ? rule(names, zone, settings, endpoints.size())
            : Optional.empty();
    return rule.isEmpty()
        ? anywhere
        : new Zones<>(List.copyOf(byZone.values()), kind, anywhere, rule.get(), healthy, chance);
  }

  private static Optional<ZoneShares> rule(
      List<String> names, String zone, LocalitySettings settings, int endpoints) {
    int own = names.indexOf(zone);
    Map<String, Integer> distribute = settings.distribute().getOrDefault(zone, Map.of());
    if (names.stream().anyMatch(distribute::containsKey)) {
      return Optional.of(
          ZoneShares.distributing(
              names.stream().mapToDouble(n -> distribute.getOrDefault(n, 0)).toArray()));
    }
    if (settings.failover().containsKey(zone)) {
      return Optional.of(ZoneShares.failingOver(levels(names, own, settings.failover().get(zone))));
    }
    return own >= 0 && endpoints >= settings.minimumEndpoints()
        ? Optional.of(ZoneShares.preferring(own))
        : Optional.empty();
  }

  /** The own zone, those that the settings name, all others. */
  private static List<int[]> levels(List<String> names, int own, List<String> next) {
    List<int[]> levels = new ArrayList<>();
    boolean[] named = new boolean[names.size()];
    if (own >= 0) {
      levels.add(new int[] {own});
      named[own] = true;
    }
    for (String name : next) {
      int i = names.indexOf(name);
      if (i >= 0 && !named[i]) {
        levels.add(new int[] {i});
        named[i] = true;
      }
    }
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < named.length; i++) {
      if (!named[i]) {
        others.add(i);
      }
    }
    levels.add(others.stream().mapToInt(i -> i).toArray());
    return levels;
  }

  @Override
  public E pick(long now, long hash, Eligible<E> eligible, List<E> tried) {
    double[] e = ends(now);
    int zone = 0;
    if (e[0] < 1) { // Usually all stay in one zone; it need not be the first.
      double point = chance.between(0, 1);
      while (zone < e.length && e[zone] <= point) {
        zone++;
      }
    }
    E picked = zone < e.length ? within.get(zone).pick(now, hash, eligible, tried) : null;
    return picked != null ? picked : anywhere.pick(now, hash, eligible, tried);
  }

  private double[] ends(long now) {
    double[] known = ends;
    long until = due.get();
    if (known != null && now - until < 0) {
      return known;
    }
    if (due.compareAndSet(until, now + REFRESH_NANOS) || known == null) {
      known = count(now);
      ends = known;
    }
    return known;
  }

  private double[] count(long now) {
    double[] up = new double[members.size()];
    double[] listed = new double[members.size()];
    for (int z = 0; z < up.length; z++) {
      for (E e : members.get(z)) {
        listed[z] += e.weight();
        up[z] += healthy.test(e, now, List.of()) ? e.weight() : 0;
      }
    }
    double[] shares = rule.of(up, listed);
    double sum = 0;
    int last = -1;
    for (int z = 0; z < shares.length; z++) {
      last = shares[z] > 0 ? z : last;
      sum += shares[z];
      shares[z] = sum;
    }
    for (int z = last; z >= 0 && z < shares.length; z++) {
      shares[z] = 1; // Rounding could leave a gap at the end that belongs to no zone.
    }
    return shares;
  }
}
