// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import org.junit.jupiter.api.Tag;

/** The newest of its line. */
@Tag("newest")
final class Tomcat11Test extends TomcatContract {
  Tomcat11Test() {
    super("11.0.27");
  }
}
