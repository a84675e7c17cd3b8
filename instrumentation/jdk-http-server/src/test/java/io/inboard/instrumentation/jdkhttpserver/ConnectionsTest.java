// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

final class ConnectionsTest {
  /** Else a thread that writes while another closes would write plaintext after TLS. */
  @Test
  void whatIsClosedIsNoNewConnectionWhileItsChannelIsOpen() throws Exception {
    try (SocketChannel channel = SocketChannel.open()) {
      Connection connection = Connections.of(channel);
      Connections.close(channel);
      assertThat(Connections.of(channel)).isSameAs(connection);
    }
  }
}
