// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

/** Calls of gRPC over Netty. */
final class NettyTest extends GrpcContract {
  @Override
  public String library() {
    return "grpc-netty-client";
  }
}
