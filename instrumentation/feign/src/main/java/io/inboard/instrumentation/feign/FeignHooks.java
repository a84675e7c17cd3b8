// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.feign;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.util.List;

/** What is woven into Feign. */
public final class FeignHooks implements Library {
  /** As {@code status} says it. */
  static final String NAME = "feign";

  private static final String CALL = "feign.SynchronousMethodHandler";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(RetryerMembers.HANDLES)
        .relyingOn("feign.FeignException", method("request", 0))
        .relyingOn("feign.Request", method("url", 0))
        // The application calls a method of its interface,
        .weave(CALL, method("invoke", 1), RetryAdvice.Invoke.class)
        // which is one attempt, or several.
        .weave(CALL, method("executeAndDecode", 2), RetryAdvice.Attempt.class)
        // A call has failed with all its attempts; since 13 in a class of its own.
        .weave(
            List.of("feign.DefaultRetryer", "feign.Retryer$Default"),
            method("continueOrPropagate", 1),
            RetryAdvice.Continue.class)
        .build();
  }
}
