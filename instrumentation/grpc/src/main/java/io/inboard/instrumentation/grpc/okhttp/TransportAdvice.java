// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.okhttp;

import io.inboard.weave.Advice;
import javax.net.SocketFactory;

/** A channel is built. */
final class TransportAdvice {
  private TransportAdvice() {}

  @Advice.OnMethodEnter
  static void enter(@Advice.This Object builder) {
    SocketFactory own = (SocketFactory) GrpcOkHttpHooks.SOCKETS.get(builder);
    if (!(own instanceof TargetSockets)) {
      GrpcOkHttpHooks.SOCKETS.set(
          builder, new TargetSockets(own == null ? SocketFactory.getDefault() : own));
    }
  }
}
