// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.WeakIdentityMap;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http2.Http2OpenListener;
import java.lang.ref.WeakReference;

/**
 * What speaks HTTP/2 for a listener, since Undertow has none that does so without TLS of its own.
 * It keeps its open connections, and is kept by them alone. Any thread.
 */
final class Http2Listeners {
  private static final WeakIdentityMap<HttpOpenListener, WeakReference<Http2OpenListener>> KNOWN =
      new WeakIdentityMap<>();

  private Http2Listeners() {}

  /** With the handlers and options that the listener has now. */
  static Http2OpenListener of(HttpOpenListener listener) {
    Http2OpenListener http2 = known(listener);
    http2.setUndertowOptions(listener.getUndertowOptions());
    http2.setRootHandler(listener.getRootHandler());
    return http2;
  }

  private static Http2OpenListener known(HttpOpenListener listener) {
    while (true) {
      WeakReference<Http2OpenListener> reference = KNOWN.get(listener);
      Http2OpenListener known = reference == null ? null : reference.get();
      if (known != null) {
        return known;
      }
      if (reference != null) {
        KNOWN.remove(listener, reference);
      }
      Http2OpenListener made =
          new Http2OpenListener(listener.getBufferPool(), listener.getUndertowOptions());
      if (KNOWN.putIfAbsent(listener, new WeakReference<>(made)) == null) {
        return made;
      }
    }
  }

  /** Closes the connections of HTTP/2 that a listener has. */
  static void close(HttpOpenListener listener) {
    WeakReference<Http2OpenListener> reference = KNOWN.get(listener);
    Http2OpenListener known = reference == null ? null : reference.get();
    if (known != null) {
      known.closeConnections();
    }
  }
}
