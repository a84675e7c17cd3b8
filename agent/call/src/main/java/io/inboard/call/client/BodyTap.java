// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A copy of a response's body as the application reads it, for a mesh that wants to know a small
 * one. Safe for use by any thread.
 */
public final class BodyTap {
  private final int most;

  /** The length that the response's head tells; -1: none. */
  private final long length;

  /** Null when it is too large, or was not read in its order. Guarded by this. */
  private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  BodyTap(int most, long length) {
    this.most = most;
    this.length = length;
    if (length > most) {
      bytes = null;
    }
  }

  /** The application has read these. */
  public synchronized void add(byte[] from, int offset, int count) {
    if (bytes == null) {
      return;
    }
    if (bytes.size() + count > most) {
      bytes = null;
    } else {
      bytes.write(from, offset, count);
    }
  }

  /** The application reads these, from position to limit; the buffer stays as it is. */
  public synchronized void add(ByteBuffer from) {
    if (bytes != null) {
      byte[] copy = new byte[Math.min(from.remaining(), most + 1)];
      from.duplicate().get(copy);
      add(copy, 0, copy.length);
    }
  }

  /** Whether there is no use in adding more. */
  public synchronized boolean isFull() {
    return bytes == null;
  }

  /** The application reads out of order: there will be no copy. */
  public synchronized void forget() {
    bytes = null;
  }

  /**
   * The whole body; empty if a part of it is missing.
   *
   * @param ended whether its end was read; else only a length tells that it is whole
   */
  public synchronized Optional<byte[]> whole(boolean ended) {
    boolean whole = bytes != null && (length < 0 ? ended : bytes.size() == length);
    return whole ? Optional.of(bytes.toByteArray()) : Optional.empty();
  }
}
