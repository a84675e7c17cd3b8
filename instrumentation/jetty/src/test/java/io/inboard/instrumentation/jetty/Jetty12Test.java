// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The usual servlets on the older line. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Jetty12Test extends JettyContract {
  Jetty12Test() {
    super("12.0-ee10");
  }
}
