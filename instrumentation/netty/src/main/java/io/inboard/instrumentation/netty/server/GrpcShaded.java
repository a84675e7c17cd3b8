// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.weave.Relocation;
import java.util.List;

/** Where grpc-netty-shaded has Netty. */
final class GrpcShaded {
  static final Relocation NETTY =
      Relocation.of(
          "grpcshaded",
          "io.grpc.netty.shaded.",
          List.of("io.netty.", "io.grpc.netty."),
          "io.inboard.instrumentation.netty.server.");

  private GrpcShaded() {}
}
