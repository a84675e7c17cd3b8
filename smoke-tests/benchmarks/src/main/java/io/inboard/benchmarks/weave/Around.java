// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import io.inboard.weave.Advice;
import java.util.concurrent.atomic.AtomicLong;

/** An advice in the shape of most of Inboard's: it may skip the method and sees what it throws. */
public final class Around {
  /** How often a woven method was entered. */
  public static final AtomicLong ENTERED = new AtomicLong();

  private Around() {}

  @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
  public static Object enter() {
    ENTERED.incrementAndGet();
    return null;
  }

  @Advice.OnMethodExit(onThrowable = true)
  @Advice.ToThrown
  public static Throwable exit(@Advice.Enter Object entered, @Advice.Thrown Throwable error) {
    return null;
  }
}
