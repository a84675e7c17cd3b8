// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The newest 5.0. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Vertx50Test extends VertxContract {
  Vertx50Test() {
    super("5.0.12");
  }
}
