// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.HeaderSink;
import org.apache.tomcat.util.http.MimeHeaders;

/** Adds to the headers of a response; what the application has set stays. */
record TomcatResponseHeaders(MimeHeaders headers) implements HeaderSink {
  @Override
  public void set(String name, String value) {
    if (headers.getHeader(name) == null) {
      headers.setValue(name).setString(value);
    }
  }

  @Override
  public void remove(String name) {}
}
