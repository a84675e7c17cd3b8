// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which endpoint takes the next request; RATIONALE.md, Balancing, Warm-up and Zones.
 *
 * @param simple ignored if {@code consistentHash} is given
 * @param warmup of endpoints that appear while the JVM runs
 */
public record BalancerSettings(
    Simple simple,
    Optional<HashSettings> consistentHash,
    WarmupSettings warmup,
    LocalitySettings locality) {
  /** The defaults. */
  public static final BalancerSettings DEFAULT =
      new BalancerSettings(
          Simple.PEAK_EWMA,
          Optional.empty(),
          new WarmupSettings(Duration.ofSeconds(30), 10, 1),
          new LocalitySettings(true, 6, Map.of(), Map.of()));

  /** Istio's words, and PEAK_EWMA. */
  public enum Simple {
    ROUND_ROBIN,
    LEAST_REQUEST,
    RANDOM,
    PEAK_EWMA
  }

  /**
   * The same key, the same endpoint.
   *
   * @param by where the key is found
   * @param name of the header, cookie or query parameter; empty for {@link By#SOURCE}
   * @param tableSize of Maglev: a prime; entries per endpoint of a ring
   * @param balanceFactor percent of the average load that an endpoint may have (bounded load), 100
   *     or more; 0: unbounded
   */
  public record HashSettings(
      By by, String name, Algorithm algorithm, int tableSize, int balanceFactor) {}

  /** Where the key of a request is found. */
  public enum By {
    HEADER,
    COOKIE,
    QUERY_PARAMETER,
    /** The address of the caller for whose request the call is made; else of this host. */
    SOURCE
  }

  /** How keys are spread. */
  public enum Algorithm {
    MAGLEV,
    RING
  }

  /**
   * Slow start.
   *
   * @param duration 0: off
   * @param minimumPercent of the weight, at the beginning
   * @param aggression 1: linear; more: faster at the beginning
   */
  public record WarmupSettings(Duration duration, double minimumPercent, double aggression) {}

  /**
   * Zones. Acts if this JVM's zone is known, and those of the endpoints.
   *
   * @param minimumEndpoints fewer are one pool, unless {@code distribute} or {@code failover} says
   *     otherwise
   * @param failover for a zone: which one comes next
   * @param distribute for a caller's zone: percent by zone, 100 in all; overrules the preference
   */
  public record LocalitySettings(
      boolean enabled,
      int minimumEndpoints,
      Map<String, List<String>> failover,
      Map<String, Map<String, Integer>> distribute) {
    public LocalitySettings {
      failover = Map.copyOf(failover);
      distribute = Map.copyOf(distribute);
    }
  }
}
