// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Buffers for one TLS record each. Undertow's own pool has 16 KB, which a record does not fit into.
 * A connection holds one only while there is something in it, so that an idle one costs nothing.
 * Safe for use by any thread.
 */
final class RecordBuffers {
  /** A record at its largest, with what JSSE adds (RFC 8446 section 5.2). */
  static final int SIZE = 17 * 1024;

  /** One megabyte; what is beyond is left to the garbage collector. */
  private static final int MOST = 64;

  private static final ConcurrentLinkedQueue<ByteBuffer> FREE = new ConcurrentLinkedQueue<>();

  /** How many of them there are, or a little more. */
  private static final AtomicInteger COUNT = new AtomicInteger();

  private RecordBuffers() {}

  /** An empty one, in write mode; on the heap, where JSSE works without copies. */
  static ByteBuffer take() {
    ByteBuffer buffer = FREE.poll();
    if (buffer == null) {
      return ByteBuffer.allocate(SIZE);
    }
    COUNT.decrementAndGet();
    return buffer.clear();
  }

  /** Gives one back, which its holder must forget; of another size, it is dropped. */
  static void give(ByteBuffer buffer) {
    if (buffer.capacity() != SIZE) {
      return;
    }
    if (COUNT.incrementAndGet() > MOST) {
      COUNT.decrementAndGet();
      return;
    }
    FREE.add(buffer);
  }
}
