// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Between the oldest and the newest. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Vertx4WebSocketTest extends VertxWebSocketContract {
  Vertx4WebSocketTest() {
    super("4.5.36");
  }
}
