// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** The oldest servlets. */
final class Jetty12Ee8Test extends JettyContract {
  Jetty12Ee8Test() {
    super("12.0-ee8");
  }
}
