// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/** What the application writes before it may go out, in its order. Of one event loop. */
final class HeldWrites {
  private record Write(Object message, ChannelPromise promise) {}

  private final Deque<Write> writes = new ArrayDeque<>();

  void add(Object message, ChannelPromise promise) {
    writes.add(new Write(message, promise));
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }

  /** Writes and flushes all of them. */
  void letOut(ChannelHandlerContext ctx) {
    if (writes.isEmpty()) {
      return;
    }
    for (Write write = writes.poll(); write != null; write = writes.poll()) {
      ctx.write(write.message, write.promise);
    }
    ctx.flush();
  }

  /** The next one; null if there is none. */
  Object peek() {
    Write first = writes.peek();
    return first == null ? null : first.message;
  }

  /** The promise of the next one, which is taken away. */
  ChannelPromise poll() {
    return writes.remove().promise;
  }

  void fail(Throwable why) {
    for (Write write = writes.poll(); write != null; write = writes.poll()) {
      ReferenceCountUtil.safeRelease(write.message);
      write.promise.tryFailure(why);
    }
  }
}
