// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Call;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * A copy of a request's body that can be read once only, taken while it is sent, for a repetition:
 * as long as the mesh lets us keep it. Safe for use by any thread: the one that writes is not
 * always the one that ends the call.
 */
public final class KeptBody {
  /** What is asked for at least, so that single bytes do not ask one by one. */
  private static final int STEP = 256;

  /** Null when forgotten. Guarded by this. */
  private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Guarded by this. */
  private int granted;

  /** The application sends these; they are kept if all before them were. */
  public synchronized void add(Call call, byte[] from, int offset, int length) {
    if (bytes == null) {
      return;
    }
    int missing = bytes.size() + length - granted;
    if (missing > 0) {
      int more = Math.max(missing, STEP);
      if (!call.mayKeep(more)) {
        bytes = null;
        return;
      }
      granted += more;
    }
    bytes.write(from, offset, length);
  }

  /** Nothing is kept from now on. */
  public synchronized void forget() {
    bytes = null;
  }

  /** Whether every byte that the application has sent is here. */
  public synchronized boolean isWhole() {
    return bytes != null;
  }

  /** What the application has sent so far; empty unless it {@link #isWhole}. */
  public synchronized Optional<byte[]> bytes() {
    return bytes == null ? Optional.empty() : Optional.of(bytes.toByteArray());
  }
}
