// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import io.inboard.call.OutboundRequest;
import io.netty.buffer.ByteBuf;

/**
 * What the application sends in a call: with the end of its request at once, which can be sent
 * again, or piece by piece, which cannot. Guarded by this.
 */
final class SentBody {
  private boolean begun;
  private boolean whole;

  /** A ByteBuf in 4.5 and 5.0, since 5.1 a Buffer; null: none. */
  private Object bytes;

  /**
   * The application writes.
   *
   * @param piece as {@code doWrite} gets it; null: none
   * @param end whether nothing follows
   */
  synchronized void writes(Object piece, boolean end) {
    whole = !begun && end;
    begun = true;
    // Its own indices move while it is sent.
    bytes = !whole ? null : piece instanceof ByteBuf buffer ? buffer.duplicate() : piece;
  }

  /** Whether all of it is known, and is there still. */
  synchronized boolean isWhole() {
    return whole && !(bytes instanceof ByteBuf buffer && buffer.refCnt() == 0);
  }

  /** To be sent once more; null: none. Of one that {@link #isWhole}. */
  synchronized Object again() {
    return bytes instanceof ByteBuf buffer ? buffer.duplicate() : bytes;
  }

  synchronized OutboundRequest.Body state() {
    if (!begun) {
      return OutboundRequest.Body.REPLAYABLE;
    }
    if (!isWhole()) {
      return OutboundRequest.Body.ONE_SHOT;
    }
    return bytes == null ? OutboundRequest.Body.NONE : OutboundRequest.Body.REPLAYABLE;
  }
}
