// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

/** Is told of errors of ours that are kept from the application. Safe for use by any thread. */
@FunctionalInterface
public interface Mistakes {
  /**
   * Counts an error.
   *
   * @param what was being done, for the log: {@code deciding a call}
   */
  void add(String what, Throwable error);
}
