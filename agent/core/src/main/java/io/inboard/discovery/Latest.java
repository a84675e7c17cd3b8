// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Hands what several threads publish to one consumer: one at a time, in order, the newest last.
 * What was replaced before its turn came is left out. No lock is held while the consumer works.
 */
final class Latest<T> {
  private final Consumer<T> consumer;

  /** Published and not handed on yet; the newest replaces what is there. */
  private volatile T next;

  /** More than 0 while a thread hands on; others add to it, and that thread goes round again. */
  private final AtomicInteger busy = new AtomicInteger();

  /** Whether the consumer threw at what it got last. */
  private volatile boolean failed;

  private volatile boolean closed;

  Latest(Consumer<T> consumer) {
    this.consumer = consumer;
  }

  /** Sets what is to be handed on; {@link #handOn} follows. Under a lock of those who publish. */
  void set(T newest) {
    next = newest;
  }

  /** Hands on what was set last, here or on the thread that is at it. Without that lock. */
  void handOn() {
    if (busy.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    while (seen != 0) {
      T newest = next;
      if (!closed && newest != null) {
        // Whatever it throws: if the loop ended here, nothing would ever be handed on again.
        failed = !Names.LOOP.turn(() -> consumer.accept(newest));
      }
      seen = busy.addAndGet(-seen);
    }
  }

  /** Whether what was handed on last is to be handed on again, since the consumer threw. */
  boolean failed() {
    return failed;
  }

  void close() {
    closed = true;
  }
}
