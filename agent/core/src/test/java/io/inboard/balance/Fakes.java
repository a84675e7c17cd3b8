// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Endpoints of tests. */
final class Fakes {
  static final long NOW = 1;

  private Fakes() {}

  static final class Fake implements Candidate {
    private final String address;
    private final int weight;
    private final String zone;
    final Load load;

    Fake(String address, int weight, String zone, Load load) {
      this.address = address;
      this.weight = weight;
      this.zone = zone;
      this.load = load;
    }

    void inFlight(int n) {
      while (load.inFlight() < n) {
        load.begin();
      }
      while (load.inFlight() > n) {
        load.end();
      }
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public int weight() {
      return weight;
    }

    @Override
    public String zone() {
      return zone;
    }

    @Override
    public Load load() {
      return load;
    }

    @Override
    public String toString() {
      return address;
    }
  }

  static Fake fake(int n, int weight) {
    return new Fake("10.0.0." + n, weight, "", new Load());
  }

  static List<Fake> fakes(int... weights) {
    List<Fake> fakes = new ArrayList<>();
    for (int w : weights) {
      fakes.add(fake(fakes.size(), w));
    }
    return fakes;
  }

  static List<Fake> equal(int n) {
    int[] weights = new int[n];
    Arrays.fill(weights, 1);
    return fakes(weights);
  }

  static Fake pick(Balancer<Fake> balancer, Predicate<Fake> ok) {
    return balancer.pick(NOW, Balancer.NO_KEY, (f, now, tried) -> ok.test(f), List.of());
  }

  static Map<Fake, Integer> shares(Balancer<Fake> balancer, int picks, Predicate<Fake> ok) {
    return counts(picks, () -> pick(balancer, ok));
  }

  static <T> Map<T, Integer> counts(int picks, Supplier<T> pick) {
    Map<T, Integer> counts = new HashMap<>();
    for (int i = 0; i < picks; i++) {
      counts.merge(pick.get(), 1, Integer::sum);
    }
    return counts;
  }
}
