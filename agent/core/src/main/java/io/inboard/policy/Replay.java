// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.RetrySettings;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of request bodies that this JVM keeps, so that they can be sent again; RATIONALE.md,
 * Replay. What a call has reserved it gives back when it ends. Safe for use by any thread.
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
     * Asks for more, as far as the settings allow; a body that is too large is counted.
     *
     * @return false: nothing more is kept
     */
    boolean keep(int more, DestinationPolicy policy) {
      RetrySettings settings = policy.settings().retries();
      if (bytes == CLOSED) {
        return false;
      }
      if (reserve(more, settings.maxReplayBytes(), settings.maxReplayTotal())) {
        return true;
      }
      if (close()) { // Else the call has ended in the meantime.
        policy.limits().bodiesNotKept.increment();
      }
      return false;
    }

    /**
     * @param most of this call
     * @param mostOfAll calls of the JVM together
     */
    private boolean reserve(int more, int most, long mostOfAll) {
      if (kept.addAndGet(more) <= mostOfAll) {
        for (int have = bytes; have != CLOSED && more <= most - have; have = bytes) {
          if (BYTES.compareAndSet(this, have, have + more)) {
            return true;
          }
        }
      }
      kept.addAndGet(-more);
      return false;
    }

    /** Gives everything back; nothing is kept from now on. False when it was so before. */
    boolean close() {
      int had = BYTES.getAndSet(this, CLOSED);
      if (had > 0) {
        kept.addAndGet(-had);
      }
      return had != CLOSED;
    }
  }
}
