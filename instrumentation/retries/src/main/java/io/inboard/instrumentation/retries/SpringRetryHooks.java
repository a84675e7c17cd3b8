// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.retries;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Spring Retry 1.3 and 2.0: its template, which {@code @Retryable} and Spring Cloud LoadBalancer
 * use, too. Whether it may try is asked before each attempt, also the first one of a stateful retry
 * that goes on from an earlier call.
 */
public final class SpringRetryHooks implements Library {
  static final String NAME = "spring-retry";

  private static final String TEMPLATE = "org.springframework.retry.support.RetryTemplate";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .weave(TEMPLATE, method("doExecute", 3), SpringRetryAdvice.Execute.class)
        .weave(TEMPLATE, method("canRetry", 2), SpringRetryAdvice.Next.class)
        .weave(TEMPLATE, method("handleRetryExhausted", 3), SpringRetryAdvice.Recover.class)
        .build();
  }
}
