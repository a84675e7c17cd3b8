// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.settings.DestinationSettings.AdmissionSettings;
import java.util.concurrent.TimeUnit;

/**
 * Sends less to a destination that fails much, so that it can recover: client throttling
 * (RATIONALE.md, Throttling; Google's SRE book, chapter 21), with the formula of Envoy's admission
 * control: of n attempts in the window, s of which went well, a call is refused with probability
 * {@code min(max, ((n − s/threshold) / (n + 1))^(1/aggression))}. Smoother than a breaker: some
 * calls always go through, and when they succeed more are let through.
 *
 * <p>What is refused here was not sent and is not counted. Lock-free; any thread.
 */
final class AdmissionControl {
  private static final int BUCKETS = 10;
  private static final int ANSWERED = 0;
  private static final int WELL = 1;

  /** The probability is computed anew so often; it is a mean over a much longer time. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final AdmissionSettings settings;
  private final SlidingCounts window;

  /** When {@link #probability} was found. A lost race computes it twice. */
  private volatile long foundNanos;

  private volatile double probability;

  AdmissionControl(AdmissionSettings settings, long now) {
    this.settings = settings;
    this.window = new SlidingCounts(settings.window().toNanos(), BUCKETS, 2, now);
    this.foundNanos = now - FRESH_NANOS;
  }

  boolean is(AdmissionSettings other) {
    return settings.equals(other);
  }

  /** Whether a call that begins now is not to be sent. */
  boolean refuses(long now, Chance chance) {
    double p = probability(now);
    return p > 0 && chance.between(0, 1) < p;
  }

  /** What came of an attempt that was sent. */
  void answered(boolean well, long now) {
    if (well) {
      window.add(ANSWERED, WELL, now);
    } else {
      window.add(ANSWERED, now);
    }
  }

  /** With which probability a call is refused now, 0 to 1. */
  double probability(long now) {
    if (now - foundNanos >= FRESH_NANOS) {
      foundNanos = now;
      probability = compute(window.sum(ANSWERED, now), window.sum(WELL, now));
    }
    return probability;
  }

  private double compute(long answered, long well) {
    double expected = well / (settings.successRateThreshold() / 100);
    double share = Math.max(0, (answered - expected) / (answered + 1));
    return Math.min(settings.max() / 100, Math.pow(share, 1 / settings.aggression()));
  }
}
