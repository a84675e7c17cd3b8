// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * CompletableFuture: each function runs in the context in which it was given, whichever thread it
 * comes to run on. All public methods end in these private ones, in JDK 17 to 25.
 */
public final class CompletableFutureHooks implements Library {
  private static final String FUTURE = "java.util.concurrent.CompletableFuture";

  @Override
  public Unit unit() {
    Unit.Builder unit = Unit.named("completable-future");
    for (String stage :
        new String[] {
          "asyncSupplyStage",
          "asyncRunStage",
          "uniApplyStage",
          "uniAcceptStage",
          "uniRunStage",
          "uniComposeStage",
          "uniExceptionallyStage",
          "uniComposeExceptionallyStage"
        }) {
      unit.weave(FUTURE, method(stage, 2), CompletableFutureAdvice.OneSecond.class);
    }
    for (String stage : new String[] {"uniWhenCompleteStage", "uniHandleStage"}) {
      unit.weave(FUTURE, method(stage, 2), CompletableFutureAdvice.TwoSecond.class);
    }
    for (String stage :
        new String[] {"biRunStage", "orApplyStage", "orAcceptStage", "orRunStage"}) {
      unit.weave(FUTURE, method(stage, 3), CompletableFutureAdvice.OneThird.class);
    }
    for (String stage : new String[] {"biApplyStage", "biAcceptStage"}) {
      unit.weave(FUTURE, method(stage, 3), CompletableFutureAdvice.TwoThird.class);
    }
    return unit.build();
  }
}
