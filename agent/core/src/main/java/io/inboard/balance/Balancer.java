// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import io.inboard.settings.BalancerSettings.HashSettings;
import io.inboard.settings.BalancerSettings.LocalitySettings;
import java.util.List;
import java.util.function.Function;

/**
 * Picks one of the endpoints that it was made for. Safe for use by any thread, lock-free, and makes
 * no garbage; a changed list of endpoints gets a new balancer, what was learnt stays in their
 * {@link Load}.
 *
 * @param <E> the caller's kind of endpoint
 */
public interface Balancer<E extends Candidate> {
  /** The hash of a request that has no key. */
  long NO_KEY = 0;

  /**
   * Picks among those that are eligible at this moment.
   *
   * @param now monotonic nanoseconds
   * @param hash of the request's key; {@link #NO_KEY}; only asked by those that hash
   * @param eligible asked at least once for an endpoint before it is picked
   * @param tried handed on to {@code eligible}
   * @return null when none is eligible
   */
  E pick(long now, long hash, Eligible<E> eligible, List<E> tried);

  /** One after the other, as often as their weights say; the start is random. */
  static <E extends Candidate> Balancer<E> roundRobin(
      List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new RoundRobin<>(endpoints, warmUp, chance);
  }

  /** The one with fewer requests in flight of two that are drawn at random. */
  static <E extends Candidate> Balancer<E> leastRequest(
      List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new LeastRequest<>(new Draw<>(endpoints, warmUp, chance));
  }

  /** The one that will probably answer sooner of two that are drawn at random. */
  static <E extends Candidate> Balancer<E> peakEwma(
      List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new PeakEwma<>(new Draw<>(endpoints, warmUp, chance));
  }

  /** A random one, by weight. */
  static <E extends Candidate> Balancer<E> random(List<E> endpoints, WarmUp warmUp, Chance chance) {
    return new RandomChoice<>(new Draw<>(endpoints, warmUp, chance));
  }

  /** The endpoint of the request's key. */
  static <E extends Candidate> Balancer<E> consistentHash(
      List<E> endpoints, HashSettings settings, Chance chance) {
    Draw<E> anywhere = new Draw<>(endpoints, WarmUp.OFF, chance);
    if (endpoints.isEmpty()) {
      return new RandomChoice<>(anywhere);
    }
    KeyTable table =
        switch (settings.algorithm()) {
          case MAGLEV -> new Maglev(endpoints, settings.tableSize());
          case RING -> new Ring(endpoints, settings.tableSize());
        };
    return new ConsistentHash<>(endpoints, table, settings.balanceFactor(), anywhere);
  }

  /**
   * As {@code kind}, but that the own zone comes first, as far as the settings and what is known of
   * zones allow.
   *
   * @param zone where this JVM is; empty if unknown
   * @param healthy who counts as capacity of a zone; asked with an empty {@code tried}
   */
  static <E extends Candidate> Balancer<E> zoned(
      List<E> endpoints,
      String zone,
      LocalitySettings settings,
      Function<List<E>, Balancer<E>> kind,
      Eligible<E> healthy,
      Chance chance) {
    return Zones.of(endpoints, zone, settings, kind, healthy, chance);
  }
}
