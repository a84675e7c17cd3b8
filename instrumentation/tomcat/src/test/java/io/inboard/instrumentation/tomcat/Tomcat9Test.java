// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

/** The newest of its line. */
final class Tomcat9Test extends TomcatContract {
  Tomcat9Test() {
    super("9.0.123");
  }
}
