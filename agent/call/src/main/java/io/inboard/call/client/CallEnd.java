// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import io.inboard.call.Call;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The end of one call, once: with what the application has read of the response's body. */
final class CallEnd {
  private final Call call;
  private final AtomicBoolean over = new AtomicBoolean();

  CallEnd(Call call) {
    this.call = call;
  }

  /**
   * A copy of the body that the application is about to read, where the mesh wants to see it. Asked
   * once, after {@link Outcome.Delivered}.
   *
   * @param length as the response's head tells it; -1: none
   */
  Optional<BodyTap> tap(long length) {
    int wanted = call.bodyWanted();
    return wanted > 0 ? Optional.of(new BodyTap(wanted, length)) : Optional.empty();
  }

  /**
   * The application has done with the response's body. Idempotent; any thread.
   *
   * @param tap what it has read of it; null if nobody wanted to know
   * @param atEnd whether it has read its end
   */
  void ended(BodyTap tap, boolean atEnd) {
    if (!over.get()) {
      if (tap != null) {
        tap.whole(atEnd).ifPresent(call::body);
      }
      done();
    }
  }

  /** The call is over. Idempotent; any thread. */
  void done() {
    if (over.compareAndSet(false, true)) {
      call.done();
    }
  }

  boolean isDone() {
    return over.get();
  }
}
