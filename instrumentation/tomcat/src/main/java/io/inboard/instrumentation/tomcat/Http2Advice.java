// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.weave.Advice;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http2.Http2Protocol;

/** HTTP/2 over TLS of ours, whether or not the application has enabled it for its own. */
final class Http2Advice {
  private Http2Advice() {}

  /**
   * What the application has enabled for plaintext, without which Tomcat speaks HTTP/1.1 only; null
   * for nothing. Tomcat itself finds it by this name only, where the connector has no TLS.
   */
  static UpgradeProtocol ofApplication(AbstractHttp11Protocol<?> protocol) {
    return protocol.getUpgradeProtocol("h2c");
  }

  /** The connection agreed on a protocol; the application's own {@code Http2Protocol} wins. */
  static final class Negotiated {
    /**
     * Guarded by itself; asked once for each connection. Weak on both sides, since the value knows
     * its key: while there are connections they keep it.
     */
    private static final Map<AbstractHttp11Protocol<?>, WeakReference<Http2Protocol>> OURS =
        new WeakHashMap<>();

    private Negotiated() {}

    @Advice.OnMethodExit
    @Advice.ToReturned
    static UpgradeProtocol exit(
        @Advice.This AbstractHttp11Protocol<?> protocol,
        @Advice.Argument(0) String name,
        @Advice.Return UpgradeProtocol found) {
      if (found != null || !"h2".equals(name) || protocol.isSSLEnabled()) {
        return found;
      }
      UpgradeProtocol own = ofApplication(protocol);
      return own == null ? ours(protocol) : own;
    }

    private static Http2Protocol ours(AbstractHttp11Protocol<?> protocol) {
      synchronized (OURS) {
        WeakReference<Http2Protocol> known = OURS.get(protocol);
        Http2Protocol http2 = known == null ? null : known.get();
        if (http2 == null) {
          http2 = new Http2Protocol();
          http2.setHttp11Protocol(protocol);
          OURS.put(protocol, new WeakReference<>(http2));
        }
        return http2;
      }
    }
  }

  /**
   * A stream's header was decoded. Tomcat refuses a {@code :scheme} of https on a connector without
   * TLS of its own, and would tell the application that the connection is secure in its sense.
   */
  static final class Header {
    private Header() {}

    @Advice.OnMethodEnter
    @Advice.ToArgument(1)
    static String enter(
        @Advice.FieldValue("handler") Object handler,
        @Advice.Argument(0) String name,
        @Advice.Argument(1) String value) {
      return ":scheme".equals(name)
              && "https".equals(value)
              && Connections.ofHttp2(handler).isPresent()
          ? "http"
          : value;
    }
  }
}
