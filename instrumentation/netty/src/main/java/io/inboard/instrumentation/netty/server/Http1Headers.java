// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.netty.server;

import io.inboard.call.HeaderSink;
import io.inboard.call.server.Claims;
import io.inboard.call.server.ResponseHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;

/** Corrects the headers of a request, or its trailers, before the application has them. */
record Http1Headers(HttpHeaders headers) implements HeaderSink {
  /** Those of a response, which come after what the application has set. */
  static HeaderSink ofResponse(HttpHeaders headers) {
    return new ResponseHeaders(headers::contains, headers::add);
  }

  @Override
  public void set(String name, String value) {
    remove(name);
    headers.set(name, value);
  }

  @Override
  public void remove(String name) {
    List<String> spellings = null;
    var all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      CharSequence each = all.next().getKey();
      if (each.length() == name.length() && Claims.isSpelling(each.toString(), name)) {
        spellings = spellings == null ? new ArrayList<>() : spellings;
        spellings.add(each.toString());
      }
    }
    if (spellings != null) {
      spellings.forEach(headers::remove);
    }
  }
}
