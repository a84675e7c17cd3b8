// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** What ended a request: the application, or the connection. */
final class Errors {
  /** Where containers note what left a servlet. */
  static final String JAKARTA = "jakarta.servlet.error.exception";

  /** The same of older ones. */
  static final String JAVAX = "javax.servlet.error.exception";

  private Errors() {}

  /** Without the containers' wrapping: javax's, jakarta's, and Spring's, which extends it. */
  static Throwable unwrap(Throwable thrown) {
    Throwable error = thrown;
    while (error.getClass().getName().endsWith("ServletException") && error.getCause() != null) {
      error = error.getCause();
    }
    return error;
  }

  /** Whether it says that the peer is gone. */
  static boolean isConnections(Throwable error) {
    return error instanceof IOException || error instanceof TimeoutException;
  }
}
