// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * gRPC-Java's channels, whatever their transport: {@code io.grpc.internal} keeps its name also
 * where Netty is shaded. In the order in which a channel, then a call meets them.
 */
public final class GrpcClientHooks implements Library {
  static final String NAME = "grpc-client";

  private static final String BUILDER = "io.grpc.internal.ManagedChannelImplBuilder";
  private static final String BALANCERS = "io.grpc.internal.AutoConfiguredLoadBalancerFactory";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(Members.HANDLES)
        .relyingOn(BUILDER, field("target"), field("directServerAddress"))
        // A channel is built: our interceptor is next to the transport.
        .weave(BUILDER, method("getEffectiveInterceptors"), ChannelAdvice.Interceptors.class)
        // It is used for the first time, or again after it was idle.
        .weave(
            "io.grpc.internal.ManagedChannelImpl",
            method("getNameResolver", 4),
            ChannelAdvice.Resolver.class)
        .weave(BALANCERS, method("newLoadBalancer", 1), ChannelAdvice.Balancer.class)
        .weave(
            BALANCERS + "$AutoConfiguredLoadBalancer",
            method("shutdown", 0),
            ChannelAdvice.Shutdown.class)
        .build();
  }
}
