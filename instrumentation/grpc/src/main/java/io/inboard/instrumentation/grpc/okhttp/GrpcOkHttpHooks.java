// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.grpc.okhttp;

import static io.inboard.weave.Member.field;
import static io.inboard.weave.Member.method;

import io.inboard.weave.Handles;
import io.inboard.weave.Library;
import io.inboard.weave.Unit;
import java.lang.invoke.MethodHandles;

/** gRPC-Java's transport by OkHttp: where a channel gets its sockets from. */
public final class GrpcOkHttpHooks implements Library {
  static final String NAME = "grpc-okhttp-client";

  static final Handles HANDLES = Handles.by(MethodHandles.lookup());

  private static final String BUILDER = "io.grpc.okhttp.OkHttpChannelBuilder";

  /** Null: the JDK's own. */
  static final Handles.Field SOCKETS = HANDLES.in(BUILDER).reach(field("socketFactory"));

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        .relyingOn(HANDLES)
        .weave(BUILDER, method("buildTransportFactory", 0), TransportAdvice.class)
        .build();
  }
}
