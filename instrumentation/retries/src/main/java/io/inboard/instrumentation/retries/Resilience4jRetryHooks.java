// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * resilience4j-retry 1.7 and 2: a retry tells an object of its own what came of each attempt, and
 * that answers, by returning or throwing, whether another one follows. Over a CompletionStage each
 * attempt is a run of one task.
 */
public final class Resilience4jRetryHooks implements Library {
  static final String NAME = "resilience4j-retry";

  private static final String RETRY = "io.github.resilience4j.retry.";
  private static final String CONTEXT = RETRY + "internal.RetryImpl$ContextImpl";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(CONTEXT, method("onResult", 1), Resilience4jRetryAdvice.Result.class)
        .weave(CONTEXT, method("onComplete", 0), Resilience4jRetryAdvice.Success.class)
        .weave(CONTEXT, method("onError", 1), Resilience4jRetryAdvice.Failure.class)
        .weave(CONTEXT, method("onRuntimeError", 1), Resilience4jRetryAdvice.Failure.class)
        .weave(RETRY + "Retry$AsyncRetryBlock", method("run", 0), Resilience4jRetryAdvice.Run.class)
        .build();
  }
}
