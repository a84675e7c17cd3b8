// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

/** The version of Spring Boot 2.7. */
final class OldestTomcat9Test extends TomcatContract {
  OldestTomcat9Test() {
    super("9.0.83");
  }
}
