// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Handles.Method;
import java.lang.invoke.MethodHandles;

/** What the adapter reaches in gRPC and is not public. */
final class Members {
  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  /** 80 for a channel in plaintext, 443 for one with TLS, as its transport's builder says. */
  static final Method DEFAULT_PORT =
      HANDLES.in("io.grpc.internal.ManagedChannelImplBuilder").reach(method("getDefaultPort", 0));

  private Members() {}
}
