// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import java.util.Set;

/**
 * For tests only: advice that throws on purpose. {@code -Dinboard.test.fault=*} for every hook, or
 * advice classes by their simple names, separated by commas. Read once at start.
 */
record Faults(Set<String> hooks) {
  static Faults fromSystemProperty() {
    String value = System.getProperty("inboard.test.fault", "");
    return new Faults(value.isEmpty() ? Set.of() : Set.of(value.split(",")));
  }

  boolean hit(String adviceClass) {
    return !hooks.isEmpty()
        && (hooks.contains("*")
            || hooks.contains(adviceClass.substring(adviceClass.lastIndexOf('.') + 1)));
  }

  /** Called in place of the advice. */
  static void strike() {
    throw new IllegalStateException("a fault that a test asked for");
  }
}
