// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.mutiny;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.weave.Advice;
import io.smallrye.mutiny.subscription.MultiSubscriber;
import io.smallrye.mutiny.subscription.UniSubscriber;
import java.util.concurrent.Flow;

/** Advice of {@link MutinyHooks}; what it returns subscribes in place of the stage, unless null. */
final class SubscriptionAdvice {
  private SubscriptionAdvice() {}

  /** {@code Infrastructure#onUniSubscription(Uni, UniSubscriber)}. */
  static final class ToUni {
    private ToUni() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static UniSubscriber<?> exit(@Advice.Return UniSubscriber<?> subscriber) {
      Context current = Inboard.contexts().current();
      return current == Context.NONE || subscriber == null || subscriber instanceof UniInContext
          ? null
          : new UniInContext<>(subscriber, current);
    }
  }

  /**
   * {@code Infrastructure#onMultiSubscription(Publisher, Subscriber)}. A subscriber that is no
   * stage of Mutiny's is left as it is: what the application does is in the stages before.
   */
  static final class ToMulti {
    private ToMulti() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Flow.Subscriber<?> exit(@Advice.Return Flow.Subscriber<?> subscriber) {
      return subscriber instanceof MultiSubscriber<?> stage ? inContext(stage) : null;
    }
  }

  /** {@code MultiSubscribe#withSubscriber(MultiSubscriber)}, which returns what it was given. */
  static final class OfStage {
    private OfStage() {}

    /** What subscribes, and what was given; null if these are one. */
    @Advice.OnMethodEnter
    @Advice.ToArgument(value = 0, index = 0)
    static Object[] enter(@Advice.Argument(0) MultiSubscriber<?> stage) {
      MultiSubscriber<?> subscriber = inContext(stage);
      return subscriber == null ? null : new Object[] {subscriber, stage};
    }

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Object exit(@Advice.Enter Object[] entered) {
      return entered == null ? null : entered[1];
    }
  }

  /** Null: the stage itself will do. */
  private static MultiSubscriber<?> inContext(MultiSubscriber<?> stage) {
    Context current = Inboard.contexts().current();
    return current == Context.NONE || stage == null || stage instanceof MultiInContext
        ? null
        : new MultiInContext<>(stage, current);
  }
}
