// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.context;

import io.inboard.call.Inboard;
import io.inboard.weave.Advice;

/** One nested class for each line of {@link VertxContextHooks}. */
final class ContextAdvice {
  private ContextAdvice() {}

  /** The constructor of {@code DuplicatedContext}. */
  static final class Duplicated {
    private Duplicated() {}

    @Advice.OnMethodExit
    static void exit(@Advice.This Object context) {
      Dispatches.made(context);
    }
  }

  /** {@code VertxImpl#beginDispatch}. */
  static final class Begun {
    private Begun() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Object context) {
      Dispatches.begin(context);
    }
  }

  /** {@code VertxImpl#endDispatch}. */
  static final class Ended {
    private Ended() {}

    @Advice.OnMethodExit
    static void exit() {
      Dispatches.end();
    }
  }

  /** {@code ContextImpl#reportException}. */
  static final class Thrown {
    private Thrown() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Throwable error) {
      if (error != null) {
        Inboard.contexts().current().thrown(error);
      }
    }
  }
}
