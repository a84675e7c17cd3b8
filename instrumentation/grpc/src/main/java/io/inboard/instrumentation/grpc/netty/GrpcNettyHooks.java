// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.netty;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * gRPC-Java's connections by Netty. The handler that is woven is last in a client's pipeline, and
 * hears first where it connects to.
 */
public final class GrpcNettyHooks implements Library {
  static final String NAME = "grpc-netty-client";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn("io.netty.handler.ssl.SslHandler", method("<init>", "javax.net.ssl.SSLEngine"))
        .weave(
            "io.grpc.netty.WriteBufferingAndExceptionHandler",
            method("connect", 4),
            ConnectAdvice.class)
        .build();
  }
}
