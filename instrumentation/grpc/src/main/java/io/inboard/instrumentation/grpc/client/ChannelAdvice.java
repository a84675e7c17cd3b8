// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.ClientInterceptor;
import io.grpc.LoadBalancer.Helper;
import io.grpc.NameResolver;
import io.inboard.weave.Advice;
import java.net.SocketAddress;
import java.util.List;

/** A channel, as it is built and used. */
final class ChannelAdvice {
  private ChannelAdvice() {}

  /** What calls pass on their way to the transport, the last one first. */
  static final class Interceptors {
    private Interceptors() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static List<ClientInterceptor> exit(
        @Advice.This Object builder,
        @Advice.FieldValue("target") String target,
        @Advice.FieldValue("directServerAddress") SocketAddress direct,
        @Advice.Return List<ClientInterceptor> interceptors) {
      return Interceptor.beneath(interceptors, builder, target, direct);
    }
  }

  /** Where the channel's name leads. */
  static final class Resolver {
    private Resolver() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static NameResolver exit(
        @Advice.Argument(0) Object target,
        @Advice.Argument(3) NameResolver.Args arguments,
        @Advice.Return NameResolver resolver) {
      return MeshResolver.over(resolver, target, arguments);
    }
  }

  /** What chooses a connection for a call. */
  static final class Balancer {
    private Balancer() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(0)
    static Helper enter(@Advice.Argument(0) Helper helper) {
      return new Lines(helper);
    }

    @Advice.OnMethodExit
    static void exit(@Advice.Enter Helper lines, @Advice.Return Object balancer) {
      Lines.serve(balancer, lines);
    }
  }

  /** The channel ends, or gets idle. */
  static final class Shutdown {
    private Shutdown() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.This Object balancer) {
      Lines.shutdown(balancer);
    }
  }
}
