// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.netty;

import io.inboard.weave.Library;
import io.inboard.weave.Relocation;
import io.inboard.weave.Unit;
import java.util.List;

/** gRPC-Java's connections by the Netty that grpc-netty-shaded carries. */
public final class GrpcShadedNettyHooks implements Library {
  @Override
  public Unit unit() {
    return Relocation.of(
            "grpcshaded",
            "io.grpc.netty.shaded.",
            List.of("io.netty.", "io.grpc.netty."),
            "io.inboard.instrumentation.grpc.netty.")
        .unit("grpc-shaded-netty-client", new GrpcNettyHooks().unit());
  }
}
