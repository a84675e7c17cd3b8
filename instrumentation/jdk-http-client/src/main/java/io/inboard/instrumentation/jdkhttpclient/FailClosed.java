// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.Inboard;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;

/** A hook of ours has thrown: what was to be secured must not be sent in the clear. */
final class FailClosed {
  private FailClosed() {}

  /** A failed response in place of the JDK's; null to let the JDK send as without us. */
  static CompletableFuture<?> instead(Object exchange, Throwable mistake) {
    return mustEncrypt(Internals.request(exchange))
        ? CompletableFuture.failedFuture(new SSLException("inboard: call not secured", mistake))
        : null;
  }

  static boolean mustEncrypt(Object request) {
    URI uri = ((HttpRequest) request).uri();
    int port = uri.getPort() != -1 ? uri.getPort() : 80;
    return "http".equalsIgnoreCase(uri.getScheme())
        && Inboard.outbound().mustEncrypt(uri.getHost(), port);
  }
}
