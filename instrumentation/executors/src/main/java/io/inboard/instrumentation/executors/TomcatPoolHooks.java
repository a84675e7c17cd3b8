// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.executors;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * Tomcat's own copy of ThreadPoolExecutor, in 9.0.5x and later: {@code AsyncContext.start}. Older
 * ones extend the JDK's, so that none of these methods is there and nothing is to be done.
 */
public final class TomcatPoolHooks implements Library {
  private static final String POOL = "org.apache.tomcat.util.threads.ThreadPoolExecutor";

  @Override
  public Unit unit() {
    return Unit.named("tomcat-thread-pool")
        .weave(
            POOL,
            method("executeInternal", Runnable.class).whereItExists(),
            TomcatPoolAdvice.Submit.class)
        .weave(POOL + "$Worker", method("run", 0).whereItExists(), TomcatPoolAdvice.FirstTask.class)
        .weave(POOL, method("getTask", 0).whereItExists(), TomcatPoolAdvice.NextTask.class)
        .build();
  }
}
