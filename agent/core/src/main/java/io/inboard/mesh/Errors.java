// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.call.Log;
import io.inboard.policy.Mistakes;
import java.util.concurrent.atomic.LongAdder;

/** Errors of ours that were kept from the application: counted, and logged once for each kind. */
public final class Errors implements Mistakes {
  private final LongAdder count = new LongAdder();

  @Override
  public void add(String what, Throwable error) {
    count.increment();
    Log.warnOnce(what + error.getClass().getName(), what + " failed: " + error);
  }

  public long count() {
    return count.sum();
  }
}
