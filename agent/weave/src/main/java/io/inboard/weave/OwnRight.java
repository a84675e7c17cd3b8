// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.security.AccessController;
import java.security.PrivilegedAction;

/**
 * Classes load and call sites link wherever the application happens to be: what a SecurityManager
 * forbids its frames then is not forbidden to the weaving. Hooks themselves run with the
 * application's rights only. Without effect since JDK 24.
 */
final class OwnRight {
  private OwnRight() {}

  /** Runs the action with the rights of the agent's own classes. */
  @SuppressWarnings("removal")
  static <T> T act(PrivilegedAction<T> action) {
    return System.getSecurityManager() == null
        ? action.run()
        : AccessController.doPrivileged(action);
  }
}
