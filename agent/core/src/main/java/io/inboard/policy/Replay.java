// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of request bodies that this JVM keeps, so that they can be sent again; resilience.md row 9.
 * What a call has reserved it gives back when it ends. Safe for use by any thread.
 */
final class Replay {
  /** Of the whole JVM: memory is one. */
  static final Replay JVM = new Replay();

  private final AtomicLong kept = new AtomicLong();

  /**
   * Asks for more room.
   *
   * @param most bytes that all calls together may keep
   */
  boolean reserve(int bytes, long most) {
    if (kept.addAndGet(bytes) <= most) {
      return true;
    }
    release(bytes);
    return false;
  }

  void release(int bytes) {
    kept.addAndGet(-bytes);
  }

  long kept() {
    return kept.get();
  }
}
