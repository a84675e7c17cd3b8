// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import org.junit.jupiter.api.Tag;

/** The newest. */
@Tag("newest")
final class Jetty121Test extends JettyContract {
  Jetty121Test() {
    super("12.1-ee11");
  }
}
