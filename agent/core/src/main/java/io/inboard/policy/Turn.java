// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/** A call's place in a queue. Safe for use by any thread. */
interface Turn {
  /**
   * What to do when its turn comes; now, if it has come. Not done when it leaves before.
   *
   * @param action on whatever thread its turn comes; must not block or throw
   */
  void onTurn(Runnable action);

  /**
   * Leaves, and gives back what it has. Idempotent.
   *
   * @return whether it was still waiting
   */
  boolean leave();
}
