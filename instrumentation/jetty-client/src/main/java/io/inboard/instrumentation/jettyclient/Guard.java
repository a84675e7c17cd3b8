// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Inboard;
import io.inboard.call.client.Refusals;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.util.Promise;

/** What must be encrypted and is not directed is refused. Any thread. */
final class Guard {
  private Guard() {}

  /** Whether an exchange is refused, and failed, because a hook of ours has thrown. */
  static boolean refuses(Object destination, Object exchange, Throwable mistake) {
    Object request = Jetty.request(exchange);
    Optional<SSLException> refusal =
        Refusals.failClosed(
            Jetty.scheme(request), Jetty.host(request), Jetty.port(request), mistake);
    refusal.ifPresent(error -> InFlight.refuse(destination, exchange, error));
    return refusal.isPresent();
  }

  /**
   * Whether a connection is refused that an application opens by itself, past the mesh, in
   * plaintext to a destination that has mutual TLS.
   */
  static boolean refuses(Object destination, Promise<?> promise) {
    Origin origin = Jetty.origin(destination);
    String scheme = origin.getScheme().toLowerCase(Locale.ROOT);
    if (Route.of(origin) != null || !(scheme.equals("http") || scheme.equals("ws"))) {
      return false;
    }
    String host = origin.getAddress().getHost();
    int port = origin.getAddress().getPort();
    if (!Inboard.outbound().mustEncrypt(host, port)) {
      return false;
    }
    promise.failed(
        new SSLException(
            "inboard: no connection in plaintext to "
                + host
                + ":"
                + port
                + ", which has mutual TLS; send requests by Request.send"));
    return true;
  }

  /** Deny on doubt. */
  static boolean refusesAfter(Throwable mistake, Promise<?> promise) {
    promise.failed(new SSLException("inboard: connection not secured", mistake));
    return true;
  }
}
