// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import java.lang.invoke.MethodHandles;

/** What the adapter reaches in Netty and is not public. */
final class Members {
  static final String BOOTSTRAP = "io.netty.bootstrap.Bootstrap";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** Resolves a name, and connects. */
  static final Handles.Method CONNECT =
      HANDLES.in(BOOTSTRAP).reach(method("doResolveAndConnect0", 4));

  private Members() {}
}
