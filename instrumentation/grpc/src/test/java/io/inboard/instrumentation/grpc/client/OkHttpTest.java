// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.ManagedChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;

/** The same over gRPC's transport by OkHttp; its server is Netty's. */
final class OkHttpTest extends GrpcContract {
  @Override
  public String library() {
    return "grpc-okhttp-client";
  }

  @Override
  ManagedChannelBuilder<?> builder(String target) {
    return OkHttpChannelBuilder.forTarget(target);
  }
}
