// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.policy.Statistics.Event;
import io.inboard.settings.DestinationSettings;
import java.util.concurrent.atomic.LongAdder;

/**
 * What bounds the load that this JVM puts on one destination. One per destination, lives through
 * changes of settings: neither tokens nor what is under way are lost by them.
 */
final class Limits {
  private final RetryBudget budget;

  /** Retries left out because the call served one already, or because the server said so. */
  final LongAdder suppressed = new LongAdder();

  /** Retries that went where the call had failed before. */
  final LongAdder sameEndpoint = new LongAdder();

  Limits(DestinationSettings settings, Statistics statistics, long now) {
    this.budget =
        new RetryBudget(
            settings.retryBudget(),
            settings.connectionPool().maxRetries(),
            () -> statistics.total(Event.CALL),
            now);
  }

  /** Other bounds from now on. */
  void change(DestinationSettings settings) {
    budget.change(settings.retryBudget(), settings.connectionPool().maxRetries());
  }

  RetryBudget budget() {
    return budget;
  }

  /** Where they stand now. */
  LimitsStatus status() {
    return new LimitsStatus(budget.underWay(), suppressed.sum(), sameEndpoint.sum());
  }
}
