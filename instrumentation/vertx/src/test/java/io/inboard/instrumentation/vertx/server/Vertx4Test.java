// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.vertx.server;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The newest 4. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Vertx4Test extends VertxContract {
  Vertx4Test() {
    super("4.5.36");
  }
}
