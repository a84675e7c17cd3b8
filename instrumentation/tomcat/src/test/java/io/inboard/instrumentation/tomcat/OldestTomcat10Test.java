// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

/** The version of Spring Boot 3.5. */
final class OldestTomcat10Test extends TomcatContract {
  OldestTomcat10Test() {
    super("10.1.55");
  }
}
