// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import io.inboard.weave.Library;
import io.inboard.weave.Member;
import io.inboard.weave.Unit;
import java.util.List;

/**
 * What Netty's hooks cannot tell of Vert.x's HTTP server: it speaks HTTP/1.1 and HTTP/2 on a port
 * without TLS, and makes its pipeline by the first bytes, with a handler of its own.
 */
public final class VertxServerHooks implements Library {
  static final String NAME = "vertx-server";

  @Override
  public Unit unit() {
    return Unit.named(NAME)
        // A connection's pipeline is made, on its event loop: none of its bytes was read yet.
        .weave(
            List.of(
                "io.vertx.core.http.impl.HttpServerWorker", // 4
                "io.vertx.core.http.impl.HttpServerConnectionInitializer", // 5.0
                "io.vertx.core.http.impl.tcp.HttpServerConnectionInitializer"), // 5.1
            Member.method("configurePipeline"),
            ServerAdvice.Configured.class)
        .build();
  }
}
