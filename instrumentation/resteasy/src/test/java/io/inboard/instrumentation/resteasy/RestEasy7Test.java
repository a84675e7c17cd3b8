// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.resteasy;

/** The newest of its line. */
final class RestEasy7Test extends RestEasyContract {
  RestEasy7Test() {
    super(System.getProperty("resteasy.version"), false);
  }
}
