// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.constructor;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Fork/join: tasks given to a pool as functions, and the tasks that split (RecursiveTask and the
 * like, parallel streams). A split task has the context in which it was made.
 *
 * <p>Not {@code ForkJoinPool#execute(Runnable)} from JDK 19 on: it schedules virtual threads.
 * There, {@code submit} carries a context and {@code execute} does not.
 */
public final class ForkJoinHooks implements Library {
  private static final String J = "java.util.concurrent.";
  private static final String POOL = J + "ForkJoinPool";

  @Override
  public Unit unit() {
    Unit.Builder unit = Unit.named("fork-join");
    if (Runtime.version().feature() < 19) {
      unit.weave(POOL, method("execute", Runnable.class), ForkJoinAdvice.Give.class);
    }
    return unit.weave(
            POOL, method("submit", "java.util.concurrent.Callable"), ForkJoinAdvice.Give.class)
        .weave(POOL, method("submit", "java.lang.Runnable"), ForkJoinAdvice.Give.class)
        .weave(
            POOL,
            method("submit", "java.lang.Runnable", "java.lang.Object"),
            ForkJoinAdvice.Give.class)
        .weave(J + "RecursiveTask", constructor(), ForkJoinAdvice.Make.class)
        .weave(J + "RecursiveTask", method("exec", 0), ForkJoinAdvice.Run.class)
        .weave(J + "RecursiveAction", constructor(), ForkJoinAdvice.Make.class)
        .weave(J + "RecursiveAction", method("exec", 0), ForkJoinAdvice.Run.class)
        .weave(J + "CountedCompleter", constructor().times(3), ForkJoinAdvice.Make.class)
        .weave(J + "CountedCompleter", method("exec", 0), ForkJoinAdvice.Run.class)
        .build();
  }
}
