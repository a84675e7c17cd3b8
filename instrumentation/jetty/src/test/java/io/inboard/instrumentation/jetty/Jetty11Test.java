// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** The newest of its line. */
final class Jetty11Test extends JettyContract {
  Jetty11Test() {
    super("11-jakarta");
  }
}
