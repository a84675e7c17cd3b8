// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import io.inboard.call.Context;
import io.inboard.call.Inboard;
import io.inboard.call.WeakIdentityMap;
import io.netty.channel.ChannelHandlerContext;

/**
 * The context in which an application has written a message, on its way to the event loop. Any
 * thread.
 */
final class Carried {
  private static final WeakIdentityMap<Object, Context> CONTEXTS = new WeakIdentityMap<>();

  private Carried() {}

  /** A message gets to a handler; what another thread has written gets there by the event loop. */
  static void writing(ChannelHandlerContext context, Object message) {
    Object key = Spoken.request(message);
    if (key != null && !context.executor().inEventLoop()) {
      Context current = Inboard.contexts().current();
      if (current != Context.NONE) {
        CONTEXTS.put(key, current);
      }
    }
  }

  /**
   * That of a request which is about to be sent.
   *
   * @param key as {@link Spoken#request} has it
   */
  static Context of(Object key) {
    Context carried = CONTEXTS.remove(key);
    return carried == null ? Inboard.contexts().current() : carried;
  }
}
