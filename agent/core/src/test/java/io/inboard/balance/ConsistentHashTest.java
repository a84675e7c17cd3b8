// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inboard.balance.Fakes.Fake;
import io.inboard.policy.SeededChance;
import io.inboard.settings.BalancerSettings.Algorithm;
import io.inboard.settings.BalancerSettings.By;
import io.inboard.settings.BalancerSettings.HashSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same key, the same endpoint; pass numbers of RATIONALE.md, Balancing. */
final class ConsistentHashTest {
  private static final int KEYS = 300_000;
  private static final long[] HASHES = new long[KEYS];

  static {
    for (int i = 0; i < KEYS; i++) {
      HASHES[i] = Hashing.of("user-" + i);
    }
  }

  private static Balancer<Fake> of(Algorithm algorithm, List<Fake> fakes, int factor) {
    int size = algorithm == Algorithm.MAGLEV ? 65_537 : 1024;
    return Balancer.consistentHash(
        fakes, new HashSettings(By.HEADER, "x", algorithm, size, factor), new SeededChance(3));
  }

  private static Fake pick(Balancer<Fake> balancer, long hash, Fake... out) {
    return balancer.pick(Fakes.NOW, hash, (f, now, tried) -> !tried.contains(f), List.of(out));
  }

  /** Keys of each endpoint, in the order of the list. */
  private static int[] keys(Balancer<Fake> balancer, List<Fake> fakes, Fake... out) {
    int[] keys = new int[fakes.size()];
    for (long hash : HASHES) {
      keys[Integer.parseInt(pick(balancer, hash, out).address().substring(7))]++;
    }
    return keys;
  }

  private static double maxToMean(int[] keys) {
    int max = 0;
    for (int k : keys) {
      max = Math.max(max, k);
    }
    return max / ((double) KEYS / keys.length);
  }

  @Test
  void maglevSpreadsKeysEvenly() {
    List<Fake> fakes = Fakes.equal(50);
    assertThat(maxToMean(keys(of(Algorithm.MAGLEV, fakes, 0), fakes))).isLessThanOrEqualTo(1.08);
  }

  @Test
  void aRingSpreadsKeysNearlyAsEvenly() {
    List<Fake> fakes = Fakes.equal(50);
    assertThat(maxToMean(keys(of(Algorithm.RING, fakes, 0), fakes))).isLessThanOrEqualTo(1.15);
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void aLostEndpointMovesItsOwnKeysAndHardlyAnother(Algorithm algorithm) {
    for (int n : new int[] {10, 50}) {
      List<Fake> before = Fakes.equal(n);
      List<Fake> after = new ArrayList<>(before);
      Fake lost = after.remove(n / 2);
      Balancer<Fake> whole = of(algorithm, before, 0);
      Balancer<Fake> rest = of(algorithm, after, 0);
      int moved = 0;
      for (long hash : HASHES) {
        Fake was = pick(whole, hash);
        moved += was != lost && pick(rest, hash) != was ? 1 : 0;
      }
      assertThat((double) moved / KEYS).as("%d endpoints", n).isLessThanOrEqualTo(0.01);
    }
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void anEndpointThatMayNotBeUsedMovesNoKeyOfOthersAndItsOwnToAll(Algorithm algorithm) {
    List<Fake> fakes = Fakes.equal(10);
    Balancer<Fake> balancer = of(algorithm, fakes, 0);
    Fake out = fakes.get(3);
    for (int i = 0; i < 20_000; i++) {
      Fake was = pick(balancer, HASHES[i]);
      Fake now = pick(balancer, HASHES[i], out);
      assertThat(now).isNotSameAs(out);
      if (was != out) {
        assertThat(now).isSameAs(was);
      }
    }
    int[] keys = keys(balancer, fakes, out);
    for (int i = 0; i < 10; i++) {
      assertThat(keys[i]).isCloseTo(i == 3 ? 0 : KEYS / 9, within(KEYS / 60));
    }
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void everyClientAgreesWhateverTheOrderOfItsList(Algorithm algorithm) {
    List<Fake> fakes = Fakes.equal(20);
    List<Fake> shuffled = new ArrayList<>(fakes);
    Collections.shuffle(shuffled, new Random(1));
    Balancer<Fake> one = of(algorithm, fakes, 0);
    Balancer<Fake> other = of(algorithm, shuffled, 0);
    for (int i = 0; i < 20_000; i++) {
      assertThat(pick(one, HASHES[i])).isSameAs(pick(other, HASHES[i]));
    }
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void weightsAreShares(Algorithm algorithm) {
    List<Fake> fakes = Fakes.fakes(1, 2, 5);
    int[] keys = keys(of(algorithm, fakes, 0), fakes);
    assertThat(keys[0]).isCloseTo(KEYS / 8, within(KEYS / 100));
    assertThat(keys[1]).isCloseTo(KEYS / 4, within(KEYS / 100));
    assertThat(keys[2]).isCloseTo(KEYS * 5 / 8, within(KEYS / 70));
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void aHotKeyGoesOnToTheNextWhenItsEndpointHasMoreThanItsPart(Algorithm algorithm) {
    LongAdder all = new LongAdder();
    List<Fake> fakes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      fakes.add(new Fake("10.0.0." + i, 1, "", new Load(all)));
    }
    Balancer<Fake> balancer = of(algorithm, fakes, 150);
    for (int i = 0; i < 100; i++) {
      pick(balancer, HASHES[7]).load.begin();
    }
    for (Fake f : fakes) {
      assertThat(f.load.inFlight()).isLessThanOrEqualTo(15);
    }
    fakes.forEach(f -> f.inFlight(0));
    Balancer<Fake> unbounded = of(algorithm, fakes, 0);
    Fake owner = pick(unbounded, HASHES[7]);
    assertThat(pick(balancer, HASHES[7])).as("not busy").isSameAs(owner);
    owner.inFlight(1000);
    assertThat(pick(unbounded, HASHES[7])).isSameAs(owner);
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void aRequestWithoutKeyGoesAnywhere(Algorithm algorithm) {
    List<Fake> fakes = Fakes.equal(5);
    assertThat(Fakes.shares(of(algorithm, fakes, 0), 10_000, f -> true).values())
        .hasSize(5)
        .allSatisfy(n -> assertThat(n).isCloseTo(2000, within(200)));
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void findsTheOnlyOneThatMayBeUsed(Algorithm algorithm) {
    List<Fake> fakes = Fakes.equal(300);
    Balancer<Fake> balancer = of(algorithm, fakes, 0);
    Fake only = fakes.get(299);
    for (int i = 0; i < 100; i++) {
      assertThat(balancer.pick(Fakes.NOW, HASHES[i], (f, n, tried) -> f == only, List.of()))
          .isSameAs(only);
    }
    assertThat(balancer.pick(Fakes.NOW, HASHES[0], (f, n, tried) -> false, List.of())).isNull();
  }

  @Test
  void aTableThatIsNoPrimeIsMadeOne() {
    Maglev maglev = new Maglev(Fakes.equal(3), 1000);
    assertThat(maglev.size()).isEqualTo(1009);
    assertThat(new Maglev(Fakes.equal(20), 2).size()).isEqualTo(23);
  }
}
