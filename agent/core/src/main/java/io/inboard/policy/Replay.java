// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of request bodies that this JVM keeps, so that they can be sent again; resilience.md row 9.
 * What a call has reserved it gives back when it ends. Safe for use by any thread.
 */
final class Replay {
  /** Of the whole JVM: memory is one. */
  static final Replay JVM = new Replay();

  private final AtomicLong kept = new AtomicLong();

  /** Room for the body of one call; nothing is reserved yet. */
  Room room() {
    return new Room();
  }

  long kept() {
    return kept.get();
  }

  /** What one call has reserved. */
  final class Room {
    private static final int CLOSED = -1;
    private static final AtomicIntegerFieldUpdater<Room> BYTES =
        AtomicIntegerFieldUpdater.newUpdater(Room.class, "bytes");

    private volatile int bytes;

    /**
     * Asks for more; after a refusal, and after the end, there is none.
     *
     * @param most of this call
     * @param mostOfAll calls of the JVM together
     */
    boolean reserve(int more, int most, long mostOfAll) {
      if (kept.addAndGet(more) <= mostOfAll) {
        for (int have = bytes; have != CLOSED && more <= most - have; have = bytes) {
          if (BYTES.compareAndSet(this, have, have + more)) {
            return true;
          }
        }
      }
      kept.addAndGet(-more);
      close();
      return false;
    }

    boolean closed() {
      return bytes == CLOSED;
    }

    /** Gives everything back. Idempotent. */
    void close() {
      int had = BYTES.getAndSet(this, CLOSED);
      if (had > 0) {
        kept.addAndGet(-had);
      }
    }
  }
}
