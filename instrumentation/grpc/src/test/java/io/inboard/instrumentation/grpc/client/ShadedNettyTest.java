// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;

/** The same over the Netty of grpc-netty-shaded, on both sides. */
final class ShadedNettyTest extends GrpcContract {
  @Override
  public String library() {
    return "grpc-shaded-netty-client";
  }

  @Override
  GrpcServer makeServer() throws IOException {
    return new GrpcServer(NettyServerBuilder::forAddress);
  }

  @Override
  ManagedChannelBuilder<?> builder(String target) {
    return NettyChannelBuilder.forTarget(target);
  }
}
