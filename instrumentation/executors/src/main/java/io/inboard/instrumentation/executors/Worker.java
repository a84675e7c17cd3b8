// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;

/**
 * A pool's thread between two tasks: the context of a task is current from the moment when the
 * worker has it until the worker asks for the next one.
 */
final class Worker {
  /** The scope of the task that this thread runs; absent when it has no context. */
  private static final ThreadLocal<Contexts.Scope> OPEN = new ThreadLocal<>();

  private Worker() {}

  /** The worker has a task; null when it is to end. */
  static void begin(Pending pending, Object task) {
    Context context = pending.take(task);
    if (context != Context.NONE) {
      OPEN.set(Inboard.contexts().activate(context));
    }
  }

  /** The worker is done with its task, if it had one. */
  static void end() {
    Contexts.Scope open = OPEN.get();
    if (open != null) {
      OPEN.remove();
      open.close();
    }
  }
}
