// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Repeated;

/**
 * Work that the application repeats until it succeeds, by a library for that, while the library
 * runs it: a repetition has a context that says so. Used by one thread; one inside another hides
 * the outer one. Nothing of it throws.
 */
public final class RepeatedWork {
  /** The innermost of its thread. */
  private static final ThreadLocal<RepeatedWork> CURRENT = new ThreadLocal<>();

  private final String library;

  /** Null: none. */
  private final RepeatedWork outer;

  /** While the work is a repetition; else null. */
  private Contexts.Scope scope;

  /** Whether there was an attempt. */
  private boolean tried;

  private RepeatedWork(String library, RepeatedWork outer) {
    this.library = library;
    this.outer = outer;
  }

  /**
   * The library begins; the caller's thread is that of the work.
   *
   * @param library its name in {@code status}
   * @return for {@link #end} of the same thread; null where Inboard is switched off
   */
  public static RepeatedWork begin(String library) {
    if (Inboard.outbound().disabled()) {
      return null;
    }
    RepeatedWork now = new RepeatedWork(library, CURRENT.get());
    CURRENT.set(now);
    return now;
  }

  /** What the innermost library of this thread does next is a repetition, or is none. */
  public static void next(boolean repetition) {
    RepeatedWork now = CURRENT.get();
    if (now != null) {
      now.set(repetition);
    }
  }

  /** The innermost library of this thread begins an attempt: from the second on a repetition. */
  public static void attempt() {
    RepeatedWork now = CURRENT.get();
    if (now != null) {
      now.set(now.tried);
      now.tried = true;
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

  /** The library ends. */
  public void end() {
    set(false);
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
  }
}
