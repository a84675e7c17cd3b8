// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.mutiny;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Mutiny 2 and later (Quarkus 3). Each subscription of a Uni's stage goes through {@code
 * Infrastructure}, where an application's own interceptors may put another subscriber in place of
 * the stage's; of a Multi's, through that or through {@code MultiSubscribe}.
 */
public final class MutinyHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "mutiny";

  private static final String INFRASTRUCTURE = "io.smallrye.mutiny.infrastructure.Infrastructure";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(INFRASTRUCTURE, method("onUniSubscription", 2), SubscriptionAdvice.ToUni.class)
        // Of Mutiny 1 a Multi is another library's Publisher.
        .weave(
            INFRASTRUCTURE,
            method(
                "onMultiSubscription",
                "java.util.concurrent.Flow$Publisher",
                "java.util.concurrent.Flow$Subscriber"),
            SubscriptionAdvice.ToMulti.class)
        .weave(
            "io.smallrye.mutiny.groups.MultiSubscribe",
            method("withSubscriber", "io.smallrye.mutiny.subscription.MultiSubscriber"),
            SubscriptionAdvice.OfStage.class)
        .build();
  }
}
