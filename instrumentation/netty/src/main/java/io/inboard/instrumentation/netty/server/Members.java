// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What the adapter reaches in Netty and is not public. */
final class Members {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** Tells a handler that it is in a pipeline. */
  static final Handles.Method HANDLER_ADDED =
      HANDLES
          .in("io.netty.channel.AbstractChannelHandlerContext")
          .reach(method("callHandlerAdded", 0));

  private Members() {}
}
