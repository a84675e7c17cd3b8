// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The newest of its line. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class Tomcat9Test extends TomcatContract {
  Tomcat9Test() {
    super("9.0.123");
  }
}
