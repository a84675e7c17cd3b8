// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

/** The newest of its line. */
final class Tomcat11Test extends TomcatContract {
  Tomcat11Test() {
    super("11.0.27");
  }
}
