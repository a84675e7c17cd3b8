// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import java.util.ArrayList;
import java.util.List;

/**
 * What sends attempts of a hop, until the one who gets the outcome is there: before 12 the body of
 * a response would have passed by.
 */
final class EarlySends {
  /** Guarded by this; null once it is not early any more. */
  private List<Runnable> waiting = new ArrayList<>(1);

  /** Whether it is early, and this waits; else it is the caller's to run. */
  synchronized boolean add(Runnable send) {
    return waiting != null && waiting.add(send);
  }

  /** It is not early any more. */
  void run() {
    List<Runnable> sends;
    synchronized (this) {
      sends = waiting;
      waiting = null;
    }
    sends.forEach(Runnable::run);
  }
}
