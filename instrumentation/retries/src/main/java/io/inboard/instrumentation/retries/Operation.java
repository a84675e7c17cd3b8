// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Repeated;

/**
 * Work that a template of the application repeats until it succeeds, while the template runs it. On
 * one thread; one inside another hides the outer one.
 */
final class Operation {
  private static final ThreadLocal<Operation> CURRENT = new ThreadLocal<>();

  private final String library;

  /** Null: none. */
  private final Operation outer;

  /** While the work is a repetition; else null. */
  private Contexts.Scope scope;

  private Operation(String library, Operation outer) {
    this.library = library;
    this.outer = outer;
  }

  /** A template begins; null, or what {@link #end} needs. */
  static Operation begin(String library) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    Operation now = new Operation(library, CURRENT.get());
    CURRENT.set(now);
    return now;
  }

  /** What the innermost template of this thread does next. */
  static void next(boolean repetition) {
    Operation now = CURRENT.get();
    if (now != null) {
      now.set(repetition);
    }
  }

  private void set(boolean repetition) {
    if (repetition && scope == null) {
      scope = Inboard.contexts().activate(Repeated.by(library, Inboard.contexts().current()));
    } else if (!repetition && scope != null) {
      scope.close();
      scope = null;
    }
  }

  /** The template ends. */
  void end() {
    set(false);
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }
}
