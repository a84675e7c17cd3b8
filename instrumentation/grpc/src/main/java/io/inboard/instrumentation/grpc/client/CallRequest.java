// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.client;

import io.grpc.Metadata;
import io.inboard.call.OutboundRequest;
import java.util.List;
import java.util.function.Supplier;

/** A call of gRPC as a request of HTTP, which it is on the wire. */
record CallRequest(Route route, String fullMethod, Metadata metadata, Supplier<Body> bodyState)
    implements OutboundRequest {
  private static final List<String> CONTENT_TYPE = List.of("application/grpc");

  @Override
  public String library() {
    return GrpcClientHooks.NAME;
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public String scheme() {
    return route.plain() ? "http" : "https";
  }

  @Override
  public String host() {
    return route.host();
  }

  @Override
  public int port() {
    return route.port();
  }

  @Override
  public String target() {
    return "/" + fullMethod;
  }

  /** The transport adds what says that it is gRPC. */
  @Override
  public List<String> headers(String name) {
    return name.equals("content-type") ? CONTENT_TYPE : Headers.all(metadata, name);
  }

  @Override
  public boolean isGrpc() {
    return true;
  }

  /** What finds addresses in a way of its own is not led elsewhere. */
  @Override
  public boolean proxied() {
    return route.own();
  }

  @Override
  public Body body() {
    return bodyState.get();
  }
}
