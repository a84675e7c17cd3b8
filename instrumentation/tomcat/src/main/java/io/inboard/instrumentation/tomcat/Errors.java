// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import java.util.function.Function;
import org.apache.catalina.connector.Request;

/** What an application threw through the server. */
final class Errors {
  private Errors() {}

  /** The exception that left the servlet, without the containers' wrapping; null if none did. */
  static Throwable thrown(Request request) {
    return thrown(request::getAttribute);
  }

  /**
   * The same of the request below, whose attributes those of the servlets' include.
   *
   * @param attributes null for one that is not there
   */
  static Throwable thrown(Function<String, Object> attributes) {
    Object error = attributes.apply("jakarta.servlet.error.exception");
    if (error == null) {
      error = attributes.apply("javax.servlet.error.exception");
    }
    if (!(error instanceof Throwable thrown)) {
      return null;
    }
    // javax's, jakarta's, and Spring's NestedServletException, which extends it.
    while (thrown.getClass().getName().endsWith("ServletException") && thrown.getCause() != null) {
      thrown = thrown.getCause();
    }
    return thrown;
  }
}
