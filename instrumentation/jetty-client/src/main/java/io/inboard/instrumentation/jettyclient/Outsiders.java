// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Directed;
import io.inboard.call.client.Callers;
import io.inboard.call.client.Refusals;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.Promise;

/**
 * What connects by Jetty's ClientConnector and is no HttpClient, for instance an HTTP2Client with
 * TLS of the application's own: its requests are nobody's call. Loaded where there is a
 * ClientConnector, since 10. Any thread.
 */
final class Outsiders {
  /** Whose value differs between versions: the compiler must not put it here. */
  private static final String PROMISE = promise();

  private Outsiders() {}

  private static String promise() {
    try {
      return (String) ClientConnector.class.getField("CONNECTION_PROMISE_CONTEXT_KEY").get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether it must not connect, and is told so. */
  static boolean refuses(SocketAddress address, Map<?, ?> context) {
    return !(address instanceof Directed)
        && tell(Refusals.opening(() -> asking(context), address), context);
  }

  /** The client gives its destination along, under a key that versions have renamed. */
  private static Optional<Class<?>> asking(Map<?, ?> context) {
    return context.values().stream().anyMatch(Members.DESTINATION::isInstance)
        ? Optional.empty()
        : Optional.of(Callers.nearest(Outsiders.class, Outsiders::isPlumbing));
  }

  private static boolean isPlumbing(String name) {
    return name.startsWith("org.eclipse.jetty.io.") || name.startsWith("java.");
  }

  /** Deny on doubt. */
  static boolean refusesAfter(Throwable mistake, SocketAddress address, Map<?, ?> context) {
    return address instanceof InetSocketAddress to
        && !(address instanceof Directed)
        && tell(Refusals.tunnelAfter(mistake, to.getHostString(), to.getPort()), context);
  }

  private static boolean tell(Optional<? extends Exception> refusal, Map<?, ?> context) {
    if (refusal.isPresent() && context.get(PROMISE) instanceof Promise<?> promise) {
      promise.failed(refusal.get());
    }
    return refusal.isPresent();
  }
}
