// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** The newest of its line. */
final class Jetty9Test extends JettyContract {
  Jetty9Test() {
    super("9.4-javax");
  }
}
