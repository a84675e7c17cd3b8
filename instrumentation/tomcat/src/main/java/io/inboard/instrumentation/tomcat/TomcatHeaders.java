// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.HeaderSink;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import java.util.HashMap;
import java.util.Map;
import org.apache.coyote.Request;
import org.apache.tomcat.util.http.MimeHeaders;

/** Corrects the headers of a request, before anything of the container has read them. */
record TomcatHeaders(MimeHeaders headers) implements HeaderSink {
  /** Removes what a request says of its sender's identity, where the mesh guards that. */
  static void removeClaims(Request request) {
    MimeHeaders headers = request.getMimeHeaders();
    if (Inboard.inbound().guardsIdentity()
        && headers.findHeader(Inbound.FORWARDED_CLIENT_CERT, 0) >= 0) {
      headers.removeHeader(Inbound.FORWARDED_CLIENT_CERT);
    }
  }

  /** The same for the trailers of its body, which are a map in every version. */
  static Map<String, String> withoutClaims(Map<String, String> trailers) {
    if (trailers == null || trailers.isEmpty() || !Inboard.inbound().guardsIdentity()) {
      return trailers;
    }
    Map<String, String> kept = new HashMap<>(trailers);
    kept.keySet().removeIf(Inbound.FORWARDED_CLIENT_CERT::equalsIgnoreCase);
    return kept;
  }

  @Override
  public void set(String name, String value) {
    // The request has passed the limit on its headers; ours must not run into it. Tomcat sets it
    // again for every request.
    headers.setLimit(-1);
    headers.removeHeader(name);
    headers.setValue(name).setString(value);
  }

  @Override
  public void remove(String name) {
    headers.removeHeader(name);
  }
}
