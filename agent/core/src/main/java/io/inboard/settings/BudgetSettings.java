// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.settings;

import java.time.Duration;
import java.util.Optional;

/**
 * How many retries a destination gets; RATIONALE.md, Budget. Istio's keys are {@code percent},
 * {@code minRetryConcurrency} and {@code budgetInterval}.
 *
 * @param percent retries per hundred of what funds them; 0 to 100
 * @param minRetriesPerSecond the floor, while a success was seen in the last 10 s; 0 or more
 * @param fundedBy what adds to the budget
 * @param minRetryConcurrency retries under way are capped at this or {@code percent} of the calls
 *     under way, whichever is more; empty: no such cap
 * @param interval the time whose number of requests bounds how many tokens can be saved up
 */
public record BudgetSettings(
    double percent,
    double minRetriesPerSecond,
    FundedBy fundedBy,
    Optional<Integer> minRetryConcurrency,
    Duration interval) {
  /** The defaults. */
  public static final BudgetSettings DEFAULT =
      new BudgetSettings(20, 1, FundedBy.SUCCESS, Optional.empty(), Duration.ofSeconds(2));

  /** What adds to the budget. */
  public enum FundedBy {
    SUCCESS,
    REQUEST
  }
}
