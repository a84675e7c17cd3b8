// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.weave.Advice;
import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Locale;

/**
 * The trailers of a stream of HTTP/2. Undertow puts them over the headers of the request, in place
 * of those with the same name (Http2StreamSourceChannel#handleHeaderData), and so after these were
 * judged: what says who asks, and for which host, stays as it was.
 */
final class MergedTrailers {
  private MergedTrailers() {}

  @Advice.OnMethodEnter
  static Object enter(@Advice.This Http2StreamSourceChannel stream) {
    return Inboard.inbound().guardsIdentity() ? Judged.of(stream.getHeaders()) : null;
  }

  /** What was there before is not known: nobody is named then, and no host. */
  static Object enter(Throwable error, Http2StreamSourceChannel stream) {
    return new Judged(stream.getHeaders(), -1, List.of(), List.of());
  }

  @Advice.OnMethodExit(onThrowable = true)
  static void exit(@Advice.Enter Object judged) {
    if (judged instanceof Judged before) {
      before.restore();
    }
  }

  /**
   * @param names how many headers there were
   */
  private record Judged(HeaderMap headers, int names, List<String> identity, List<String> host) {
    private static final HttpString IDENTITY = new HttpString(Inbound.FORWARDED_CLIENT_CERT);

    static Judged of(HeaderMap headers) {
      return new Judged(
          headers, headers.size(), values(headers, IDENTITY), values(headers, Headers.HOST));
    }

    private static List<String> values(HeaderMap headers, HttpString name) {
      HeaderValues values = headers.get(name);
      return values == null ? List.of() : List.of(values.toArray());
    }

    /** Most frames carry no headers. */
    void restore() {
      if (headers.size() == names
          && values(headers, IDENTITY).equals(identity)
          && values(headers, Headers.HOST).equals(host)) {
        return;
      }
      restore(IDENTITY, identity);
      restore(Headers.HOST, host);
    }

    private void restore(HttpString name, List<String> values) {
      new UndertowHeaders(headers).remove(name.toString().toLowerCase(Locale.ROOT));
      if (!values.isEmpty()) {
        headers.addAll(name, values);
      }
    }
  }
}
