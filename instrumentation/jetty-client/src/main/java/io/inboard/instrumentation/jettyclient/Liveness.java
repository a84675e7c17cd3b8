// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.client.ConnectionProbe;
import java.lang.invoke.MethodHandles;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/** Whether a kept connection of HTTP/1.1, on which nothing may arrive, still is one. */
final class Liveness {
  private static final ConnectionProbe<SocketChannel> PROBE =
      ConnectionProbe.ofChannels(MethodHandles.lookup());

  private Liveness() {}

  /**
   * Any thread; does not block. False of a new connection, which a server may close as it likes:
   * asking for another one in its place would never end.
   */
  static boolean isDead(Object connection) {
    if (!(connection instanceof Connection http1) || http1.getMessagesIn() == 0) {
      return false;
    }
    SecuredConnection secured = SecuredConnection.below(connection);
    if (secured != null && secured.isEnding()) {
      return true;
    }
    Object transport = http1.getEndPoint().getTransport();
    while (transport instanceof EndPoint below) {
      transport = below.getTransport();
    }
    return transport instanceof SocketChannel channel
        && switch (PROBE.ask(channel)) {
          case SILENT, UNKNOWN -> false;
          case READABLE, BROKEN -> true;
        };
  }
}
