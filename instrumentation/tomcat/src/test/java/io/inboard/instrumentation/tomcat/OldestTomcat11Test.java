// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The version of Spring Boot 4.1. */
@EnabledIfSystemProperty(named = "inboard.versions", matches = "all")
final class OldestTomcat11Test extends TomcatContract {
  OldestTomcat11Test() {
    super("11.0.24");
  }
}
