// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/** Netty's transport as grpc-netty-shaded carries it. */
public final class GrpcShadedNettyServerHooks implements Library {
  @Override
  public Unit unit() {
    return GrpcShaded.NETTY.unit("grpc-shaded-netty", new NettyServerHooks().unit());
  }
}
