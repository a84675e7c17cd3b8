// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient4.async;

import io.inboard.call.client.Callers;
import io.inboard.call.client.Refusals;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * What connects by the reactor of HttpCore and is no client of this library: HttpAsyncRequester for
 * one. The reactor opens the socket on a thread of its own, where everybody looks like the client;
 * who it was is seen where it asks. Any thread.
 */
final class Outsiders {
  /** Below what an application knows by name. */
  private static final List<String> PLUMBING =
      List.of(
          "org.apache.http.impl.nio.reactor.",
          "org.apache.http.impl.nio.pool.",
          "org.apache.http.nio.pool.");

  private Outsiders() {}

  /** Why it must not connect; null: it may. */
  static String refusal(SocketAddress remote) {
    return Refusals.opening(Outsiders::asking, remote).map(Throwable::getMessage).orElse(null);
  }

  private static Optional<Class<?>> asking() {
    return Optional.of(Callers.nearest(Outsiders.class, Outsiders::isPlumbing));
  }

  private static boolean isPlumbing(String name) {
    return PLUMBING.stream().anyMatch(name::startsWith);
  }
}
