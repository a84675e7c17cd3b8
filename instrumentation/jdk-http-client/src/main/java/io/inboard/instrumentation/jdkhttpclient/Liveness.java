// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.client.ConnectionProbe;
import java.lang.invoke.MethodHandles;
import java.nio.channels.SocketChannel;

/** Whether a connection on which nothing may arrive still is one. */
final class Liveness {
  private static final ConnectionProbe<SocketChannel> PROBE =
      ConnectionProbe.ofChannels(MethodHandles.lookup());

  private Liveness() {}

  /** Any thread; does not block. False where that cannot be found out. */
  static boolean dead(SocketChannel channel) {
    return switch (PROBE.ask(channel)) {
      case SILENT, UNKNOWN -> false;
      case READABLE, BROKEN -> true;
    };
  }
}
