// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The newest of its line. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Jetty11Test extends JettyContract {
  Jetty11Test() {
    super("11-jakarta");
  }
}
