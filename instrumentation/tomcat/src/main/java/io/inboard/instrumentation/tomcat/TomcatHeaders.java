// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.HeaderSink;
import io.inboard.call.server.Claims;
import io.inboard.call.server.ResponseHeaders;
import org.apache.coyote.Response;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;

/** Corrects the headers of a request, before anything of the container has read them. */
record TomcatHeaders(MimeHeaders headers) implements HeaderSink {
  /** Those of a response, which come after what the application has set. */
  static HeaderSink of(Response response) {
    return new OfResponse(response);
  }

  /** Those that the mesh adds to are few, and made only then. */
  private record OfResponse(Response response) implements HeaderSink {
    private ResponseHeaders headers() {
      MimeHeaders headers = response.getMimeHeaders();
      return new ResponseHeaders(
          name -> headers.getHeader(name) != null,
          (name, value) -> headers.setValue(name).setString(value));
    }

    @Override
    public void set(String name, String value) {
      headers().set(name, value);
    }

    @Override
    public void remove(String name) {
      headers().remove(name);
    }
  }

  @Override
  public void set(String name, String value) {
    // The request has passed the limit on its headers; ours must not run into it. Tomcat sets it
    // again for every request.
    headers.setLimit(-1);
    remove(name);
    headers.setValue(name).setString(value);
  }

  @Override
  public void remove(String name) {
    headers.removeHeader(name);
    for (int i = headers.size() - 1; i >= 0; i--) {
      MessageBytes each = headers.getName(i);
      if (each.getLength() == name.length() && Claims.isSpelling(each.toString(), name)) {
        headers.removeHeader(each.toString());
        // That may have removed several, and moved others.
        i = headers.size();
      }
    }
  }
}
