// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

/** What an application threw through the servlets. */
final class Errors {
  private Errors() {}

  /** Without the containers' wrapping. */
  static Throwable cause(Throwable thrown) {
    // javax's, jakarta's, and Spring's NestedServletException, which extends it.
    while (thrown.getClass().getName().endsWith("ServletException") && thrown.getCause() != null) {
      thrown = thrown.getCause();
    }
    return thrown;
  }
}
