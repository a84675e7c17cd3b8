// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.policy.Outcome.Effect;
import io.inboard.policy.Statistics.Event;
import io.inboard.settings.OutlierSettings;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * Takes endpoints out that fail (Envoy: outlier detection), and lets them come back by probes;
 * RATIONALE.md, Ejection. Failures in a row are seen at once, rates by {@link OutlierSweep} at the
 * end of each interval. One per destination; lives through changes of settings.
 *
 * <p>The good path reads atomics and counts one. The lock is taken to eject, to restore and to
 * change the settings: two ejections at once must not both believe to be the last that is allowed.
 * Nothing that a request's thread does takes time with the number of endpoints: the attempt that
 * finds the interval over hands the sweep to the timer.
 */
final class OutlierDetector {
  private static final double JITTER = 1.1;

  /**
   * How often an endpoint is tried before its ejection ends, and how long a finding about the rest
   * holds.
   */
  private static final long EARLY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * Percent of the attempts that fail at endpoints that are not out: it is not those that are, or
   * not them alone. Lower ones end a simulated pulse of overload sooner, and would keep one of two
   * broken endpoints in.
   */
  private static final int REST_FAILS = 50;

  /**
   * Percent as above, when those that are left are no better than those that are out. More than two
   * broken endpoints of three cause, which are to be taken out one after the other.
   */
  private static final int ALL_FAIL = 75;

  /** So many attempts at least say that those that are left fail. */
  private static final int SOME = 10;

  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int ATTEMPTS = 0;
  private static final int FAILURES = 1;

  private static final AtomicLongFieldUpdater<OutlierDetector> SWEEP =
      AtomicLongFieldUpdater.newUpdater(OutlierDetector.class, "sweepNanos");

  private static final Rules OFF = new Rules(Optional.empty(), List.of());

  private final Statistics statistics;
  private final Clock clock;
  private final Timer timer;
  private final Chance chance;

  /** Replaced as a whole, under the lock. */
  private volatile Rules rules = OFF;

  /** Of the present endpoints; written under the lock. */
  private volatile int ejected;

  /** What endpoints that are not out have answered, while others are. */
  private final SlidingCounts rest;

  /** When the interval ends. The thread that moves it hands the sweep to the timer. */
  private volatile long sweepNanos;

  /** Until when it is believed that those that are left fail. Last writer wins. */
  private volatile long restFailsNanos;

  /** Until when it is believed that those that are left are no better. Last writer wins. */
  private volatile long allFailNanos;

  /** One version of the settings, laid out for look-ups. */
  private static final class Rules {
    final Optional<OutlierSettings> settings;
    final List<EndpointState> endpoints;
    final long intervalNanos;
    final BitSet errorCodes = new BitSet();

    Rules(Optional<OutlierSettings> settings, List<EndpointState> endpoints) {
      this.settings = settings;
      this.endpoints = List.copyOf(endpoints);
      this.intervalNanos =
          settings.isEmpty() ? 1 : Math.max(1, settings.get().interval().toNanos());
      if (settings.isPresent()) {
        for (int code : settings.get().errorCodes()) {
          errorCodes.set(code);
        }
      }
    }

    /** As {@link Outcome#effect}, but that the settings may say which answers are errors. */
    Effect effect(Outcome outcome) {
      if (outcome.localOrigin() || errorCodes.isEmpty()) {
        return outcome.effect();
      }
      return errorCodes.get(outcome.status()) ? Effect.FAILURE : Effect.SUCCESS;
    }
  }

  OutlierDetector(Statistics statistics, Clock clock, Timer timer, Chance chance) {
    this.statistics = statistics;
    this.clock = clock;
    this.timer = timer;
    this.chance = chance;
    this.rest = new SlidingCounts(REST_NANOS, 4, 2, clock.nanos());
    this.sweepNanos = clock.nanos();
    this.restFailsNanos = clock.nanos();
    this.allFailNanos = restFailsNanos;
  }

  /** New settings, or other endpoints. Ejections stay, unless all endpoints would be out. */
  synchronized void change(Optional<OutlierSettings> settings, List<EndpointState> endpoints) {
    for (EndpointState e : rules.endpoints) {
      e.health().unlist();
    }
    int out = 0;
    for (EndpointState e : endpoints) {
      e.health().list(this);
      out += e.health().ejected() ? 1 : 0;
    }
    rules = new Rules(settings, endpoints);
    ejected = out;
    if (settings.isEmpty()) {
      endpoints.stream().filter(e -> e.health().ejected()).forEach(this::restore);
    } else if (!endpoints.isEmpty() && ejected == endpoints.size()) {
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
   * Whether ejections are ignored: so few endpoints are healthy that they could not carry the load,
   * or so much of what they get fails that they are no healthier than those that are out. Then an
   * overload is likely, and each client's choice of whom to take out makes it worse.
   */
  boolean panic(long now) {
    Rules r = rules;
    int out = ejected;
    if (out == 0 || r.settings.isEmpty() || r.settings.get().minHealthPercent() == 0) {
      return false;
    }
    int all = r.endpoints.size();
    return (all - out) * 100L < (long) r.settings.get().minHealthPercent() * all
        || now - allFailNanos < 0;
  }

  /**
   * Whether much of what is sent fails although endpoints are out: then it is not them, or not them
   * alone (an overload moves to those that are left), and they are tried before their time.
   */
  boolean restFails(long now) {
    return now - restFailsNanos < 0;
  }

  /** An attempt goes to an ejected endpoint, because of panic. */
  void panicked() {
    statistics.count(Event.PANIC);
  }

  /** How many probes an endpoint may have under way. */
  int probes() {
    Rules r = rules;
    return r.settings.isEmpty() ? 1 : r.settings.get().probes();
  }

  /**
   * What came of an attempt.
   *
   * @param lease what {@link Health#admit} gave for it
   * @param now by the clock
   */
  void record(EndpointState endpoint, Lease lease, Outcome outcome, long now) {
    Rules r = rules;
    if (lease != Health.NO_LEASE) {
      probed(endpoint, lease, r.effect(outcome), r);
      return;
    }
    Health health = endpoint.health();
    if (r.settings.isEmpty() || health.ejected()) {
      return; // Off; or an answer to what was sent before the ejection: it says nothing new.
    }
    if (now - sweepNanos >= 0) {
      over(r, now);
    }
    switch (r.effect(outcome)) {
      case SUCCESS -> {
        health.counted(true);
        health.clearFailures();
        if (ejected > 0) {
          rest.add(ATTEMPTS, now);
        }
      }
      case FAILURE -> {
        health.counted(false);
        if (ejected > 0) {
          rest.add(ATTEMPTS, FAILURES, now);
          judgeTheRest(now);
        }
        failed(endpoint, outcome, r.settings.get());
      }
      case NEUTRAL -> {}
    }
  }

  private void judgeTheRest(long now) {
    long attempts = rest.sum(ATTEMPTS, now);
    long failures = rest.sum(FAILURES, now);
    if (attempts < SOME || failures * 100 < REST_FAILS * attempts) {
      return;
    }
    restFailsNanos = now + EARLY_NANOS;
    if (failures * 100 >= ALL_FAIL * attempts) {
      allFailNanos = now + EARLY_NANOS;
    }
  }

  private void failed(EndpointState endpoint, Outcome outcome, OutlierSettings settings) {
    Health health = endpoint.health();
    boolean local = outcome.localOrigin();
    if (local && settings.splitExternalLocalOriginErrors()) {
      int limit = settings.consecutiveLocalOriginFailures();
      if (reached(health.localFailure(), limit)) {
        eject(endpoint, EjectionReason.CONSECUTIVE_LOCAL_ORIGIN_FAILURES);
      }
      return;
    }
    // It has answered, or what is seen here is taken for a gateway's answer, as in Envoy.
    health.clearLocalFailures();
    if (local || (outcome.status() >= 502 && outcome.status() <= 504)) {
      int limit = settings.consecutiveGatewayErrors();
      if (reached(health.gatewayError(), limit)) {
        eject(endpoint, EjectionReason.CONSECUTIVE_GATEWAY_ERRORS);
      }
    } else {
      health.clearGatewayErrors();
    }
    if (reached(health.answeredError(), settings.consecutive5xxErrors())) {
      eject(endpoint, EjectionReason.CONSECUTIVE_5XX);
    }
  }

  private static boolean reached(int inARow, int limit) {
    return limit > 0 && inARow >= limit;
  }

  /** The interval is over; of all threads that see it, one hands the sweep to the timer. */
  private void over(Rules r, long now) {
    long due = sweepNanos;
    if (now - due >= 0 && SWEEP.compareAndSet(this, due, now + r.intervalNanos)) {
      // After a long time without requests the counts are too old to judge by.
      boolean stale = now - due > r.intervalNanos;
      timer.schedule(() -> sweep(stale), 0);
    }
  }

  private void sweep(boolean stale) {
    Rules r = rules;
    if (r.settings.isPresent()) {
      OutlierSweep sweep = new OutlierSweep(r.endpoints);
      if (!stale) {
        sweep.outliers(r.settings.get(), this::eject);
      }
    }
  }

  private synchronized void probed(EndpointState endpoint, Lease lease, Effect effect, Rules sent) {
    Health health = endpoint.health();
    if (!health.release(lease) || !health.ejected() || sent.settings.isEmpty()) {
      return;
    }
    switch (effect) {
      case SUCCESS -> {
        statistics.count(Event.PROBE_SUCCESS);
        restore(endpoint);
      }
      case FAILURE -> {
        statistics.count(Event.PROBE_FAILURE);
        long now = clock.nanos();
        if (health.remainingNanos(now) > 0) {
          health.notYet(now + EARLY_NANOS);
          return;
        }
        out(endpoint, EjectionReason.FAILED_PROBE, sent.settings.get(), health.multiplier() + 1);
      }
      case NEUTRAL -> {}
    }
  }

  private synchronized void eject(EndpointState endpoint, EjectionReason reason) {
    Rules r = rules;
    Health health = endpoint.health();
    if (r.settings.isEmpty() || health.ejected() || !health.listed()) {
      return;
    }
    long now = clock.nanos();
    OutlierSettings settings = r.settings.get();
    if (now - allFailNanos < 0 && settings.minHealthPercent() > 0) {
      return; // A panic: it would not be the last that fails.
    }
    int all = r.endpoints.size();
    int after = ejected + 1;
    boolean last = after >= all;
    boolean within = after * 100L <= (long) settings.maxEjectionPercent() * all;
    // One is always allowed, or small pools would never eject (envoy#17504); 0 % says never.
    boolean one = after == 1 && settings.maxEjectionPercent() > 0;
    if (!last && (within || one)) {
      ejected = after;
      out(endpoint, reason, settings, health.multiplier(now, r.intervalNanos) + 1);
    }
  }

  private void out(EndpointState endpoint, EjectionReason reason, OutlierSettings settings, int k) {
    long base = settings.baseEjectionTime().toNanos();
    // A base that is more than the bound is meant: Envoy says so, too.
    double bound = Math.max(base, settings.maxEjectionTime().toNanos());
    double nanos = Math.min(bound, (double) base * k) * chance.between(1, JITTER);
    long now = clock.nanos();
    endpoint.health().eject(reason, k, now + (long) nanos, now + EARLY_NANOS);
  }

  /** Under the lock. */
  private void restore(EndpointState endpoint) {
    if (endpoint.health().listed()) {
      ejected--;
    }
    endpoint.health().restore(clock.nanos());
  }
}
