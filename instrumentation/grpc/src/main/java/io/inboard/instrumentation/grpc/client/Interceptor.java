// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.inboard.call.Inboard;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Calls of one channel meet it last of all interceptors. Safe for use by any thread. */
final class Interceptor implements ClientInterceptor {
  private final Route route;

  private Interceptor(Route route) {
    this.route = route;
  }

  /** Null: the channel is left alone. */
  static List<ClientInterceptor> beneath(
      List<ClientInterceptor> interceptors, Object builder, String target, SocketAddress direct) {
    int defaultPort = (int) Members.DEFAULT_PORT.call(builder);
    Route route = direct == null ? Route.of(target, defaultPort) : Route.of(direct, defaultPort);
    if (route == null) {
      return null;
    }
    List<ClientInterceptor> all = new ArrayList<>(interceptors.size() + 1);
    all.add(new Interceptor(route));
    all.addAll(interceptors);
    return all;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return Inboard.outbound().disabled()
        ? next.newCall(method, options)
        : new GrpcCall<>(route, method, options, next);
  }
}
