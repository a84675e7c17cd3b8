// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.OutlierSettings;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Looks at what the endpoints of a destination did in one interval, and finds those that failed too
 * much; RATIONALE.md, Ejection. One thread.
 */
final class OutlierSweep {
  /**
   * How many standard errors of its own sample an endpoint must be below the mean, besides being
   * below its siblings: among ten equal ones with 1 % of noise there is one below 1.9 σ in every
   * other interval, and none of them is ill.
   */
  private static final double NOISE = 5;

  private final List<EndpointState> endpoints;
  private final long[] counts;

  /** Takes the counts of the interval, which begin anew. */
  OutlierSweep(List<EndpointState> endpoints) {
    this.endpoints = endpoints;
    this.counts = new long[endpoints.size()];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = endpoints.get(i).health().sweep();
    }
  }

  void outliers(OutlierSettings settings, BiConsumer<EndpointState, EjectionReason> found) {
    settings.failurePercentage().ifPresent(rule -> failing(rule, found));
    settings.successRate().ifPresent(rule -> belowSiblings(rule, found));
  }

  private void failing(
      OutlierSettings.FailurePercentage rule, BiConsumer<EndpointState, EjectionReason> found) {
    for (int i = 0; i < counts.length; i++) {
      long failures = Health.failures(counts[i]);
      if (total(i) >= Math.max(1, rule.requestVolume())
          && failures * 100 >= total(i) * rule.threshold()) {
        found.accept(endpoints.get(i), EjectionReason.FAILURE_PERCENTAGE);
      }
    }
  }

  private void belowSiblings(
      OutlierSettings.SuccessRate rule, BiConsumer<EndpointState, EjectionReason> found) {
    int volume = Math.max(1, rule.requestVolume());
    int n = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < counts.length; i++) {
      if (total(i) >= volume) {
        n++;
        sum += rate(i);
        squares += rate(i) * rate(i);
      }
    }
    if (n == 0 || n < rule.minimumHosts()) {
      return;
    }
    double mean = sum / n;
    double sigma = Math.sqrt(Math.max(0, squares / n - mean * mean));
    for (int i = 0; i < counts.length; i++) {
      if (total(i) >= volume) {
        double noise = NOISE * Math.sqrt(mean * (1 - mean) / total(i));
        if (rate(i) < mean - Math.max(rule.stdevFactor() * sigma, noise)) {
          found.accept(endpoints.get(i), EjectionReason.SUCCESS_RATE);
        }
      }
    }
  }

  private long total(int i) {
    return (long) Health.successes(counts[i]) + Health.failures(counts[i]);
  }

  private double rate(int i) {
    return (double) Health.successes(counts[i]) / total(i);
  }
}
