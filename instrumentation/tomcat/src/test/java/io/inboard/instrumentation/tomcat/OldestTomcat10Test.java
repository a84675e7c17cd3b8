// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The version of Spring Boot 3.5. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class OldestTomcat10Test extends TomcatContract {
  OldestTomcat10Test() {
    super("10.1.55");
  }
}
