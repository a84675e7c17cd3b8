// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Inboard;
import io.inboard.call.client.Refusals;
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
            JettyClientHooks.NAME,
            Jetty.scheme(request),
            Jetty.host(request),
            Jetty.port(request),
            mistake);
    refusal.ifPresent(error -> InFlight.refuse(destination, exchange, error));
    return refusal.isPresent();
  }

  /**
   * Whether a connection is refused that leads past the mesh, in plaintext to a destination that
   * has mutual TLS.
   */
  static boolean refuses(Object destination, Promise<?> promise) {
    Origin origin = Jetty.origin(destination);
    if (Route.of(origin) != null || !isPlain(destination)) {
      return false;
    }
    String host = origin.getAddress().getHost();
    int port = origin.getAddress().getPort();
    Optional<SSLException> refusal =
        Refusals.failClosed(JettyClientHooks.NAME, "http", host, port, null);
    refusal.ifPresent(promise::failed);
    return refusal.isPresent();
  }

  /** Whether the application has asked for no TLS there. */
  static boolean isPlain(Object destination) {
    String scheme = Jetty.origin(destination).getScheme();
    return scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("ws");
  }

  /** Deny on doubt. */
  static boolean refusesAfter(Throwable mistake, Object destination, Promise<?> promise) {
    Origin.Address to = Jetty.origin(destination).getAddress();
    String why = "an error of ours, " + mistake;
    promise.failed(
        new SSLException(
            Inboard.outbound().unsecured(JettyClientHooks.NAME, to.getHost(), to.getPort(), why),
            mistake));
    return true;
  }
}
