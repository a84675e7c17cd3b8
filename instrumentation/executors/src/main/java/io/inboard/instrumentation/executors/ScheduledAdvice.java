// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import io.inboard.weave.Advice;

/**
 * Advice of {@link ReactorHooks} and {@link RxJavaHooks}. Both libraries let an application put
 * another task in place of the one that was given, so nobody relies on which object it is.
 */
final class ScheduledAdvice {
  private ScheduledAdvice() {}

  /** {@code reactor.core.scheduler.Schedulers#onSchedule(Runnable)}. */
  static final class ToReactor {
    private ToReactor() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Runnable exit(@Advice.Return Runnable task) {
      return (Runnable) Carried.one(task);
    }
  }

  /** {@code RxJavaPlugins#onSchedule(Runnable)}. */
  static final class ToRxJava {
    private ToRxJava() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static Runnable exit(@Advice.Return Runnable task) {
      return (Runnable) Carried.one(task);
    }
  }
}
