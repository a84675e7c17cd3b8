// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.client.ConnectionProbe.Answer;
import java.lang.invoke.MethodHandles;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

/** Without rights to the JDK's internals; with them, the libraries' contract tests ask it. */
final class ConnectionProbeTest {
  private final ConnectionProbe<Socket> sockets = ConnectionProbe.ofSockets(MethodHandles.lookup());
  private final ConnectionProbe<SocketChannel> channels =
      ConnectionProbe.ofChannels(MethodHandles.lookup());

  @Test
  void withoutRightsNothingIsKnownOfAnOpenConnection() throws Exception {
    try (Socket socket = new Socket();
        SocketChannel channel = SocketChannel.open()) {
      assertThat(sockets.ask(socket)).isEqualTo(Answer.UNKNOWN);
      assertThat(channels.ask(channel)).isEqualTo(Answer.UNKNOWN);
    }
  }

  @Test
  void whatIsClosedIsBroken() throws Exception {
    Socket socket = new Socket();
    socket.close();
    SocketChannel channel = SocketChannel.open();
    channel.close();
    assertThat(sockets.ask(socket)).isEqualTo(Answer.BROKEN);
    assertThat(channels.ask(channel)).isEqualTo(Answer.BROKEN);
  }
}
