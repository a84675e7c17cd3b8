// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Chance;
import io.inboard.policy.Statistics.Event;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.AdmissionSettings;
import io.inboard.settings.DestinationSettings.HedgeSettings;
import java.util.concurrent.atomic.LongAdder;

/**
 * What bounds the load that this JVM puts on one destination. One per destination, lives through
 * changes of settings: neither tokens nor what is under way are lost by them.
 */
final class Limits {
  private final RetryBudget budget;
  private final Bulkhead bulkhead;

  /** Null: off. Replaced when its settings change. */
  private volatile Hedging hedging;

  /** Null: off. Replaced when its settings change. */
  private volatile AdmissionControl throttle;

  /** Retries left out because the call served one already, or because the server said so. */
  final LongAdder suppressed = new LongAdder();

  /** Retries that went where the call had failed before. */
  final LongAdder sameEndpoint = new LongAdder();

  /** Bodies that were too large to be kept for a repetition, or came when too much was kept. */
  final LongAdder bodiesNotKept = new LongAdder();

  Limits(DestinationSettings settings, Statistics statistics, long now) {
    this.budget =
        new RetryBudget(
            settings.retryBudget(),
            settings.connectionPool().maxRetries(),
            () -> statistics.total(Event.CALL),
            now);
    this.throttle = throttle(settings, now);
    this.hedging = hedging(settings);
    this.bulkhead = new Bulkhead(settings.connectionPool());
  }

  /** Other bounds from now on. */
  void change(DestinationSettings settings, long now) {
    budget.change(settings.retryBudget(), settings.connectionPool().maxRetries());
    bulkhead.change(settings.connectionPool());
    throttle = throttle(settings, now);
    hedging = hedging(settings);
  }

  private AdmissionControl throttle(DestinationSettings settings, long now) {
    AdmissionControl old = throttle;
    if (settings.admissionControl().isEmpty()) {
      return null;
    }
    AdmissionSettings wanted = settings.admissionControl().get();
    return old != null && old.is(wanted) ? old : new AdmissionControl(wanted, now);
  }

  /** What came of an attempt that was sent. */
  void answered(boolean well, long now) {
    if (well) {
      budget.success(now);
    }
    AdmissionControl t = throttle;
    if (t != null) {
      t.answered(well, now);
    }
  }

  /** Whether a call that begins now is refused because much of what was sent before failed. */
  boolean throttles(long now, Chance chance) {
    AdmissionControl t = throttle;
    return t != null && t.refuses(now, chance);
  }

  private Hedging hedging(DestinationSettings settings) {
    Hedging old = hedging;
    if (settings.hedge().isEmpty()) {
      return null;
    }
    HedgeSettings wanted = settings.hedge().get();
    return old != null && old.is(wanted) ? old : new Hedging(wanted);
  }

  /** A call begins to be sent. */
  void begun(long now) {
    budget.request(now);
    Hedging h = hedging;
    if (h != null) {
      h.request();
    }
  }

  /** Null: off. */
  Hedging hedging() {
    return hedging;
  }

  RetryBudget budget() {
    return budget;
  }

  Bulkhead bulkhead() {
    return bulkhead;
  }

  /** Their current state. */
  LimitsStatus status() {
    Hedging h = hedging;
    return new LimitsStatus(
        budget.underWay(),
        suppressed.sum(),
        sameEndpoint.sum(),
        bulkhead.taken(),
        bulkhead.waiting(),
        bodiesNotKept.sum(),
        h == null ? 0 : h.won.sum(),
        h == null ? 0 : h.lost.sum(),
        h == null ? 0 : h.denied.sum());
  }
}
