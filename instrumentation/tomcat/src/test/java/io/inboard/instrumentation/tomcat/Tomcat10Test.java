// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

/** The newest of its line. */
final class Tomcat10Test extends TomcatContract {
  Tomcat10Test() {
    super("10.1.61");
  }
}
