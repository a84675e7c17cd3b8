// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Servlets of Jakarta EE 9 above Jetty 12; {@link NestedServletsTest} has what is woven for them.
 */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Jetty12Ee9Test extends JettyContract {
  Jetty12Ee9Test() {
    super("12.1-ee9");
  }
}
