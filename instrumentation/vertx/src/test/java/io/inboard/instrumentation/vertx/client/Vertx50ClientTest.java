// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.client;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Between the oldest and the newest. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Vertx50ClientTest extends VertxClientContract {
  Vertx50ClientTest() {
    super("5.0.12");
  }
}
