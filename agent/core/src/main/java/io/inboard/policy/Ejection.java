// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.settings.OutlierSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Takes endpoints out that fail again and again (Envoy: outlier detection), by consecutive
 * failures; resilience.md 2.2 and rows 13 to 15. Answers with 5xx and failures seen here are
 * counted apart. One per destination; lives through changes of settings.
 *
 * <p>The good path reads three atomics. The lock is taken to eject, to restore and to change the
 * settings: two ejections at once must not both believe to be the last that is allowed.
 */
final class Ejection {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(300);
  private static final double JITTER = 1.1;

  private final Clock clock;
  private final Chance chance;

  /** Replaced as a whole, under the lock. */
  private volatile Rules rules = new Rules(Optional.empty(), List.of());

  private record Rules(Optional<OutlierSettings> settings, List<EndpointState> endpoints) {}

  Ejection(Clock clock, Chance chance) {
    this.clock = clock;
    this.chance = chance;
  }

  /** New settings, or other endpoints. Ejections stay, unless nobody would be left. */
  synchronized void change(Optional<OutlierSettings> settings, List<EndpointState> endpoints) {
    rules = new Rules(settings, List.copyOf(endpoints));
    if (settings.isEmpty()) {
      endpoints.stream().filter(e -> e.health().ejected()).forEach(this::restore);
    } else if (!endpoints.isEmpty() && ejected(endpoints) == endpoints.size()) {
      long now = clock.nanos();
      EndpointState soonest = endpoints.get(0);
      for (EndpointState e : endpoints) {
        if (e.health().remainingNanos(now) < soonest.health().remainingNanos(now)) {
          soonest = e;
        }
      }
      restore(soonest);
    }
  }

  /**
   * What came of an attempt.
   *
   * @param lease what {@link Health#admit} gave for it
   */
  void record(EndpointState endpoint, Lease lease, Outcome outcome) {
    Rules r = rules;
    Health health = endpoint.health();
    if (lease != Health.NO_LEASE) {
      probed(endpoint, lease, outcome, r);
    } else if (r.settings.isEmpty() || health.ejected()) {
      return; // Off; or an answer to what was sent before the ejection: it says nothing new.
    } else if (outcome.effect() == Outcome.Effect.SUCCESS) {
      health.clearFailures();
    } else if (outcome.effect() == Outcome.Effect.FAILURE) {
      int inARow;
      if (outcome.localOrigin()) {
        inARow = health.localFailures.incrementAndGet();
      } else {
        health.localFailures.set(0);
        inARow = health.answeredErrors.incrementAndGet();
      }
      int limit = r.settings.get().consecutive5xxErrors();
      if (limit > 0 && inARow >= limit) {
        eject(
            endpoint,
            outcome.localOrigin()
                ? EjectionReason.CONSECUTIVE_LOCAL_ORIGIN_FAILURES
                : EjectionReason.CONSECUTIVE_5XX);
      }
    }
  }

  private synchronized void probed(
      EndpointState endpoint, Lease lease, Outcome outcome, Rules sent) {
    Health health = endpoint.health();
    if (!health.release(lease) || !health.ejected() || sent.settings.isEmpty()) {
      return;
    }
    switch (outcome.effect()) {
      case SUCCESS -> restore(endpoint);
      case FAILURE ->
          out(endpoint, EjectionReason.FAILED_PROBE, sent.settings.get(), health.multiplier() + 1);
      case NEUTRAL -> {}
    }
  }

  private synchronized void eject(EndpointState endpoint, EjectionReason reason) {
    Rules r = rules;
    List<EndpointState> all = r.endpoints;
    Health health = endpoint.health();
    if (r.settings.isEmpty() || health.ejected() || all.stream().noneMatch(endpoint::sameAs)) {
      return;
    }
    OutlierSettings settings = r.settings.get();
    int after = ejected(all) + 1;
    boolean last = after >= all.size();
    boolean within = after * 100L <= (long) settings.maxEjectionPercent() * all.size();
    // One is always allowed, or small pools would never eject (envoy#17504); 0 % says never.
    boolean one = after == 1 && settings.maxEjectionPercent() > 0;
    if (!last && (within || one)) {
      int k = health.multiplier(clock.nanos(), Math.max(1, settings.interval().toNanos()));
      out(endpoint, reason, settings, k + 1);
    }
  }

  private void out(EndpointState endpoint, EjectionReason reason, OutlierSettings settings, int k) {
    double nanos = Math.min((double) MAX_NANOS, (double) settings.baseEjectionTime().toNanos() * k);
    endpoint.health().eject(reason, k, clock.nanos() + (long) (nanos * chance.between(1, JITTER)));
  }

  private void restore(EndpointState endpoint) {
    endpoint.health().restore(clock.nanos());
  }

  private static int ejected(List<EndpointState> endpoints) {
    int ejected = 0;
    for (EndpointState e : endpoints) {
      if (e.health().ejected()) {
        ejected++;
      }
    }
    return ejected;
  }
}
