// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** The newest of its line. */
final class Jetty10Test extends JettyContract {
  Jetty10Test() {
    super("10-javax");
  }
}
