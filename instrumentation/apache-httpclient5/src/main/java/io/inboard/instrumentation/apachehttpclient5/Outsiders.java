// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.client.Callers;
import io.inboard.call.client.Refusals;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.IOSession;

/**
 * What connects by the reactor of HttpCore and is no client of this library: HttpAsyncRequester for
 * one. The reactor opens the socket on a thread of its own, where everybody looks like the client;
 * who it was is seen where it asks. Any thread.
 */
final class Outsiders {
  /** Below what an application knows by name: HttpAsyncRequester. */
  private static final List<String> PLUMBING =
      List.of(
          "org.apache.hc.core5.reactor.",
          "org.apache.hc.core5.http.impl.bootstrap.AbstractConnectionInitiatorBase",
          "org.apache.hc.core5.http.impl.bootstrap.AsyncRequester");

  /** Whose connections are attempts, or are refused by {@link Securing}. */
  private static final String CLIENT =
      "org.apache.hc.client5.http.impl.nio.MultihomeIOSessionRequester";

  private Outsiders() {}

  /** Why it must not connect; null: it may. */
  static Exception refusal(NamedEndpoint remote, SocketAddress address) {
    return Refusals.opening(Outsiders::asking, address).orElse(null);
  }

  private static Optional<Class<?>> asking() {
    Class<?> asking = Callers.nearest(Outsiders.class, Outsiders::isPlumbing);
    return asking.getName().startsWith(CLIENT) ? Optional.empty() : Optional.of(asking);
  }

  private static boolean isPlumbing(String name) {
    return PLUMBING.stream().anyMatch(name::startsWith);
  }

  /** Deny on doubt. */
  static Exception afterError(Throwable mistake, NamedEndpoint remote) {
    return Refusals.tunnelAfter(
            mistake, HopRequest.host(remote.getHostName()), Math.max(0, remote.getPort()))
        .orElse(null);
  }

  /** Tells who waits. */
  static Future<IOSession> refused(Exception refusal, FutureCallback<IOSession> callback) {
    if (callback != null) {
      callback.failed(refusal);
    }
    return CompletableFuture.failedFuture(refusal);
  }
}
