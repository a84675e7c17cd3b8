// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * Who may be picked at this moment. Asked with all it needs, so that a constant can answer and a
 * pick makes no garbage.
 */
@FunctionalInterface
public interface Eligible<E> {
  /**
   * Whether the endpoint may be picked; must be cheap and takes no lock.
   *
   * @param now of the pick, monotonic nanoseconds
   * @param tried as handed to the pick
   */
  boolean test(E endpoint, long now, List<E> tried);
}
