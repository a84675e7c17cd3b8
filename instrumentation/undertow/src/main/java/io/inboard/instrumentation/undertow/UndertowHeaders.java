// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.HeaderSink;
import io.inboard.call.Inbound;
import io.inboard.call.server.Claims;
import io.inboard.call.server.ResponseHeaders;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.util.ArrayList;
import java.util.List;

/** Corrects the headers of a request, before any handler has read them. */
record UndertowHeaders(HeaderMap headers) implements HeaderSink {
  private static final HttpString FORWARDED_CLIENT_CERT =
      new HttpString(Inbound.FORWARDED_CLIENT_CERT);

  /** Those of a response, which come after what the application has set. */
  static HeaderSink ofResponse(HeaderMap headers) {
    return new ResponseHeaders(headers::contains, (name, value) -> headers.put(name(name), value));
  }

  /** One name is written for each request. */
  private static HttpString name(String name) {
    return name.equals(Inbound.FORWARDED_CLIENT_CERT)
        ? FORWARDED_CLIENT_CERT
        : new HttpString(name);
  }

  @Override
  public void set(String name, String value) {
    remove(name);
    headers.put(name(name), value);
  }

  @Override
  public void remove(String name) {
    List<HttpString> spellings = null;
    for (long i = headers.fastIterate(); i != -1L; i = headers.fiNext(i)) {
      HttpString each = headers.fiCurrent(i).getHeaderName();
      if (each.length() == name.length() && Claims.isSpelling(each.toString(), name)) {
        spellings = spellings == null ? new ArrayList<>() : spellings;
        spellings.add(each);
      }
    }
    if (spellings != null) {
      spellings.forEach(headers::remove);
    }
  }
}
