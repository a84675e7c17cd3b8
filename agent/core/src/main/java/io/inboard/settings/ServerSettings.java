// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a server refuses so that it stays alive, or so that no caller gets more than its share;
 * RATIONALE.md, Shedding and Rate limit. All off unless given.
 *
 * @param adaptive the limit that finds itself; empty: none
 * @param maxConcurrent requests at once; {@link Integer#MAX_VALUE}: any
 * @param maxQueueTime a request that waited longer inside the server is refused; empty: any
 * @param dropExpired whether requests are refused whose caller does not wait any more
 * @param exempt paths (as {@code telemetry.exclude}) that are never refused: health checks
 * @param rateLimit empty: none
 */
public record ServerSettings(
    Optional<Adaptive> adaptive,
    int maxConcurrent,
    Optional<Duration> maxQueueTime,
    boolean dropExpired,
    List<String> exempt,
    Optional<RateLimitSettings> rateLimit) {
  /** Nothing is refused. */
  public static final ServerSettings DEFAULT =
      new ServerSettings(
          Optional.empty(),
          Integer.MAX_VALUE,
          Optional.empty(),
          false,
          List.of(
              "/health",
              "/healthz",
              "/livez",
              "/readyz",
              "/actuator/health",
              "/actuator/health/**"));

  public ServerSettings {
    exempt = List.copyOf(exempt);
    Objects.requireNonNull(rateLimit);
  }

  /** Without a limit of requests in a time. */
  public ServerSettings(
      Optional<Adaptive> adaptive,
      int maxConcurrent,
      Optional<Duration> maxQueueTime,
      boolean dropExpired,
      List<String> exempt) {
    this(adaptive, maxConcurrent, maxQueueTime, dropExpired, exempt, Optional.empty());
  }

  /**
   * Netflix's Gradient2.
   *
   * @param min the least limit, 1 or more
   * @param partitions percent of the limit that callers are sure of, by principal; at most 100 in
   *     all; others share what is left
   */
  public record Adaptive(int min, int max, Map<String, Integer> partitions) {
    public Adaptive {
      partitions = Map.copyOf(partitions);
    }
  }
}
