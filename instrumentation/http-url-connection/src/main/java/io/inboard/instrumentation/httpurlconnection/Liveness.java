// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.call.client.ConnectionProbe;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import sun.net.www.http.HttpClient;

/**
 * Whether a pooled connection still is one, before the first byte is written. The JDK itself looks
 * for streamed POSTs only, by reading for a millisecond, and otherwise repeats the request, which a
 * mesh must not.
 */
final class Liveness {
  /** A connection that nobody can tell of and that rested this long is asked in the JDK's way. */
  private static final long TRUSTED_IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final ConnectionProbe<Socket> PROBE =
      ConnectionProbe.ofSockets(MethodHandles.lookup());

  private Liveness() {}

  /**
   * Whether it is dead.
   *
   * @param raw the TCP socket under the client
   * @param secured whether TLS lies between: something to read may be a message of TLS, such as a
   *     late session ticket, which is found out by reading
   * @param restedNanos how long it lay in the pool
   */
  static boolean dead(HttpClient client, Socket raw, boolean secured, long restedNanos) {
    return switch (PROBE.ask(raw)) {
      case SILENT -> false;
      case READABLE -> !secured || !available(client);
      case BROKEN -> true;
      case UNKNOWN -> restedNanos > TRUSTED_IDLE_NANOS && !available(client);
    };
  }

  private static boolean available(HttpClient client) {
    try {
      return Internals.available(client);
    } catch (IOException e) {
      return false;
    }
  }
}
