// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.server;

import io.inboard.call.Context;
import io.inboard.call.Contexts;
import io.inboard.call.Inboard;
import java.util.concurrent.Executor;

/**
 * Runs what a call gives to the server's executor in the context of its request. A message that was
 * there before the application asked for it is handed on by a task of the event loop, which knows
 * no request. Immutable; used by any thread.
 */
record CallExecutor(Executor executor, Context context) implements Executor {
  /** The same executor if there is no context. */
  static Executor of(Executor executor) {
    Context context = Inboard.contexts().current();
    return context == Context.NONE || executor == null
        ? executor
        : new CallExecutor(executor, context);
  }

  @Override
  public void execute(Runnable part) {
    executor.execute(
        () -> {
          try (Contexts.Scope scope = Inboard.contexts().activate(context)) {
            part.run();
          }
        });
  }
}
