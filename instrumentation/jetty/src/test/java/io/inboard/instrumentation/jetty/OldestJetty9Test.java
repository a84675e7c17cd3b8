// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

/** The oldest that fits. */
final class OldestJetty9Test extends JettyContract {
  OldestJetty9Test() {
    super("9.4.oldest-javax");
  }
}
