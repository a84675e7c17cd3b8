// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.Inboard;
import io.inboard.weave.Advice;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Timer;
import java.util.TimerTask;

/**
 * A connection was accepted. The server would wait for its first byte as long as for the next
 * request of a connection that is kept; in STRICT it waits as long as for a handshake.
 */
final class AcceptAdvice {
  private AcceptAdvice() {}

  /** The server's dispatcher has put a connection under its idle timer. */
  static final class Accepted {
    private Accepted() {}

    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("https") boolean ownTls,
        @Advice.FieldValue("timer") Timer timer,
        @Advice.Argument(0) Object connection) {
      SocketChannel channel = ownTls ? null : Exchanges.channelOf(connection);
      if (channel == null) {
        return;
      }
      Connection accepted = Connections.of(channel);
      if (!accepted.inbound().awaitsHandshake()) {
        return;
      }
      try {
        timer.schedule(new FirstByte(accepted), Inboard.inboundTls().handshakeMillis());
      } catch (IllegalStateException stopped) {
        // The server was stopped meanwhile, and has closed the connection.
      }
    }
  }

  /** Runs on the server's own timer, which an exception would end. */
  private static final class FirstByte extends TimerTask {
    private final Connection connection;

    FirstByte(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void run() {
      try {
        connection.closeIfSilent();
      } catch (IOException | RuntimeException e) {
        // Closed already, or will be by the server's own timeout.
      }
    }
  }
}
