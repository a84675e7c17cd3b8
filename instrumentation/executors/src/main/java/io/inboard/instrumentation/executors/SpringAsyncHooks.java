// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** Spring's SimpleAsyncTaskExecutor, which makes a thread for each task ({@code @Async}). */
public final class SpringAsyncHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("spring-async")
        .weave(
            "org.springframework.core.task.SimpleAsyncTaskExecutor",
            method("doExecute", Runnable.class),
            SpringAsyncAdvice.Execute.class)
        .build();
  }
}
