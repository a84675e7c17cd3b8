// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;

/**
 * A connection to an endpoint, from the first call that wants it until it is gone: one that could
 * not be made, or was lost, is not made again by itself, since the mesh chooses anew. Written in
 * the channel's synchronization context, read by any thread.
 */
final class Line {
  private final Target target;

  /** Null before it is made. */
  private volatile Subchannel subchannel;

  private volatile boolean ready;

  /** Why it could not be made; null: that is not known. */
  private volatile Status failure;

  private volatile boolean over;

  /** When it was last picked; any thread. */
  private volatile long used = System.nanoTime();

  Line(Target target) {
    this.target = target;
  }

  Target target() {
    return target;
  }

  void over(Subchannel made) {
    subchannel = made;
  }

  Subchannel subchannel() {
    return subchannel;
  }

  void ready() {
    ready = true;
  }

  boolean wasReady() {
    return ready;
  }

  /**
   * @param why null: it was lost, or is needed no longer
   */
  void end(Status why) {
    failure = ready ? null : why;
    over = true;
  }

  boolean isOver() {
    return over;
  }

  long used() {
    return used;
  }

  /** Null: take another one. */
  PickResult pick(long now) {
    if (over) {
      Status why = failure;
      // Also for calls that would wait: the mesh looks for another endpoint.
      return why == null ? null : PickResult.withDrop(why);
    }
    used = now;
    return ready ? PickResult.withSubchannel(subchannel) : PickResult.withNoResult();
  }
}
