// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * When an endpoint is taken out; RATIONALE.md, Ejection; Envoy's outlier detection. A count of 0
 * switches that detector off.
 *
 * @param consecutive5xxErrors answers with 5xx in a row (or of {@code errorCodes})
 * @param consecutiveGatewayErrors answers with 502, 503 or 504 in a row
 * @param consecutiveLocalOriginFailures failures without an answer in a row
 * @param splitExternalLocalOriginErrors false: failures without an answer count as 5xx
 * @param interval of the sweeps; the window of the rates
 * @param baseEjectionTime times the number of ejections that count
 * @param maxEjectionTime bounds it
 * @param maxEjectionPercent of the endpoints; 0 to 100
 * @param minHealthPercent with fewer healthy endpoints, ejections are ignored (panic); 0: never
 * @param errorCodes statuses that are errors in place of all 5xx; empty: all 5xx
 * @param failurePercentage empty: off
 * @param successRate empty: off
 * @param probes requests at a time to an endpoint whose ejection has run out; 1 or more
 */
public record OutlierSettings(
    int consecutive5xxErrors,
    int consecutiveGatewayErrors,
    int consecutiveLocalOriginFailures,
    boolean splitExternalLocalOriginErrors,
    Duration interval,
    Duration baseEjectionTime,
    Duration maxEjectionTime,
    int maxEjectionPercent,
    int minHealthPercent,
    Set<Integer> errorCodes,
    Optional<FailurePercentage> failurePercentage,
    Optional<SuccessRate> successRate,
    int probes) {
  /** The defaults. */
  public static final OutlierSettings DEFAULT =
      new OutlierSettings(
          5,
          5,
          5,
          true,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(300),
          50,
          50,
          Set.of(),
          Optional.of(new FailurePercentage(50, 20)),
          Optional.of(new SuccessRate(5, 100, 1.9)),
          1);

  public OutlierSettings {
    errorCodes = Set.copyOf(errorCodes);
  }

  /**
   * An endpoint that fails so many of its attempts in the window.
   *
   * @param threshold percent, 1 to 100
   * @param requestVolume at least so many attempts
   */
  public record FailurePercentage(int threshold, int requestVolume) {}

  /**
   * An endpoint whose success rate is far below its siblings': mean − factor·σ.
   *
   * @param minimumHosts endpoints with enough attempts
   * @param requestVolume attempts in the window that make an endpoint count
   */
  public record SuccessRate(int minimumHosts, int requestVolume, double stdevFactor) {}
}
