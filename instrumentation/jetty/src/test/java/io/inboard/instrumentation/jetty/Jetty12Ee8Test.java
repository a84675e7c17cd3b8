// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Servlets of Java EE 8 above Jetty 12; {@link NestedServletsTest} has what is woven for them. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Jetty12Ee8Test extends JettyContract {
  Jetty12Ee8Test() {
    super("12.1-ee8");
  }
}
