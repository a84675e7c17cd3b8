// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import io.inboard.call.Repeated;
import io.inboard.call.WeakIdentityMap;

/**
 * The attempts of resilience4j's retries that repeat another one. An {@code Error} of the
 * application's ends an attempt without a word of the library's; then the thread counts as
 * repeating until its request ends, which costs retries of the mesh and nothing else.
 */
final class Repetitions {
  /** By a retry that repeats at the moment. */
  private static final WeakIdentityMap<Object, Repetition> UNDER_WAY = new WeakIdentityMap<>();

  /** Tasks that have run once. */
  private static final WeakIdentityMap<Object, Boolean> RUN = new WeakIdentityMap<>();

  /** On its thread alone: the scope restores what that had before. */
  private record Repetition(long thread, Contexts.Scope scope) {}

  private Repetitions() {}

  /** An attempt of a retry is over; whether another one follows on this thread. */
  static void follow(Object retry, boolean again) {
    if (!again) {
      Repetition last = UNDER_WAY.remove(retry);
      if (last != null && last.thread == Thread.currentThread().getId()) {
        last.scope.close();
      }
    } else if (!Inboard.outbound().disabled() && UNDER_WAY.get(retry) == null) {
      UNDER_WAY.put(retry, new Repetition(Thread.currentThread().getId(), activate()));
    }
  }

  /** An attempt begins; null, or the scope to close at its end. */
  static Contexts.Scope run(Object task) {
    return RUN.putIfAbsent(task, true) == null || Inboard.outbound().disabled() ? null : activate();
  }

  private static Contexts.Scope activate() {
    return Inboard.contexts()
        .activate(Repeated.by(Resilience4jRetryHooks.NAME, Inboard.contexts().current()));
  }
}
