// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.server;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * gRPC-Java's server: the context of a request is there in whatever of its call the application
 * hears. What secures and judges requests are the hooks of the transport's Netty.
 */
public final class GrpcServerHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("grpc-server")
        .weaveConstruction(
            "io.grpc.internal.ServerImpl$ServerTransportListenerImpl",
            method("streamCreatedInternal", 4),
            StreamAdvice.class)
        .build();
  }
}
