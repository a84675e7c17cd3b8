// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * The RetryTemplate of Spring Framework 7 itself, which its {@code @Retryable} uses, too. It counts
 * right before each repetition.
 */
public final class SpringCoreRetryHooks implements Library {
  static final String NAME = "spring-core-retry";

  private static final String TEMPLATE = "org.springframework.core.retry.RetryTemplate";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(TEMPLATE, method("execute", 1), SpringCoreRetryAdvice.Execute.class)
        .weave(
            TEMPLATE + "$MutableRetryState",
            method("increaseRetryCount", 0),
            SpringCoreRetryAdvice.Again.class)
        .build();
  }
}
