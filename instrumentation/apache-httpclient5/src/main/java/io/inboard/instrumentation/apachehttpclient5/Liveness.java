// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.client.ConnectionProbe;
import io.inboard.call.client.SecuredSocket;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.net.Socket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;

/**
 * Whether a pooled connection still is one, before the first byte is written. The library itself
 * looks after one that rested for two seconds, and otherwise repeats the request, which a mesh must
 * not.
 */
final class Liveness {
  private static final ConnectionProbe<Socket> PROBE =
      ConnectionProbe.ofSockets(MethodHandles.lookup());

  private Liveness() {}

  /** Whether it is dead. One of which nobody can tell is left to the library. */
  static boolean isDead(ManagedHttpClientConnection connection) throws IOException {
    Socket socket = connection.getSocket();
    if (socket == null) {
      return true;
    }
    boolean secured = socket instanceof SecuredSocket;
    return switch (PROBE.ask(secured ? ((SecuredSocket) socket).raw() : socket)) {
      case SILENT, UNKNOWN -> false;
      // Of TLS it may be a message of its own, such as a late session ticket: reading tells.
      case READABLE -> !secured || connection.isStale();
      case BROKEN -> true;
    };
  }
}
