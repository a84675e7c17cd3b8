// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import net.bytebuddy.asm.Advice;

/** The same as {@link Around} in Byte Buddy's words: called by invokedynamic, errors suppressed. */
public final class ByteBuddyAround {
  private ByteBuddyAround() {}

  @Advice.OnMethodEnter(
      skipOn = Advice.OnNonDefaultValue.class,
      inline = false,
      suppress = Throwable.class)
  public static Object enter() {
    Around.ENTERED.incrementAndGet();
    return null;
  }

  @Advice.OnMethodExit(onThrowable = Throwable.class, inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToThrown
  public static Throwable exit(@Advice.Enter Object entered, @Advice.Thrown Throwable error) {
    return null;
  }
}
