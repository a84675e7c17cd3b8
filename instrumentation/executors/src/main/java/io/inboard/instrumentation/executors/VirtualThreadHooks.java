// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Virtual threads, JDK 21 and later: a new one has the context in which it was made. All ways of
 * making one come to this method. On JDK 17 the class does not exist, so the unit is never asked
 * for.
 */
public final class VirtualThreadHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("virtual-thread")
        .weave(
            "java.lang.ThreadBuilders",
            method("newVirtualThread", 4),
            VirtualThreadAdvice.Make.class)
        .build();
  }
}
