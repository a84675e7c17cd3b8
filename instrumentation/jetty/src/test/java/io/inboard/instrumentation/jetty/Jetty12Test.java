// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** The usual servlets on the older line. */
final class Jetty12Test extends JettyContract {
  Jetty12Test() {
    super("12.0-ee10");
  }
}
