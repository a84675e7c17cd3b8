// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Reactor's schedulers: what an operator gives to one runs in the context of whoever gave it, also
 * each time that it is repeated ({@code Flux.interval}), and whatever executor is below. All of
 * them let a task through this method before they take it.
 */
public final class ReactorHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("reactor-schedulers")
        .weave(
            "reactor.core.scheduler.Schedulers",
            method("onSchedule", Runnable.class),
            ScheduledAdvice.ToReactor.class)
        .build();
  }
}
