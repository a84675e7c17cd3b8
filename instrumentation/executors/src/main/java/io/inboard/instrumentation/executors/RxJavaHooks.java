// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** RxJava 3's schedulers, as {@link ReactorHooks}. */
public final class RxJavaHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("rxjava-schedulers")
        .weave(
            "io.reactivex.rxjava3.plugins.RxJavaPlugins",
            method("onSchedule", Runnable.class),
            ScheduledAdvice.ToRxJava.class)
        .build();
  }
}
