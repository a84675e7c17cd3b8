// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import org.junit.jupiter.api.Tag;

/** The newest, on Netty 4.2. */
@Tag("newest")
final class Vertx5Test extends VertxContract {
  Vertx5Test() {
    super("5.1.6");
  }
}
