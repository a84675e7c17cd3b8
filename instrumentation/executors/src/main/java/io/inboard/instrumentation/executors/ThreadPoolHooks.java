// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** java.util.concurrent's thread pools and what extends them. */
public final class ThreadPoolHooks implements Library {
  private static final String POOL = "java.util.concurrent.ThreadPoolExecutor";

  @Override
  public Unit unit() {
    return Unit.named("thread-pool")
        // A task is given, or given back.
        .weave(POOL, method("execute", Runnable.class), ThreadPoolAdvice.Submit.class)
        .weave(
            "java.util.concurrent.ScheduledThreadPoolExecutor",
            method("delayedExecute", 1),
            ThreadPoolAdvice.Schedule.class)
        .weave(POOL, method("reject", Runnable.class), ThreadPoolAdvice.GiveBack.class)
        .weave(POOL, method("remove", Runnable.class), ThreadPoolAdvice.Remove.class)
        // A worker has its first task, has the next one.
        .relyingOn(POOL + "$Worker", field("firstTask"))
        .weave(POOL + "$Worker", method("run", 0), ThreadPoolAdvice.FirstTask.class)
        .weave(POOL, method("getTask", 0), ThreadPoolAdvice.NextTask.class)
        .build();
  }
}
