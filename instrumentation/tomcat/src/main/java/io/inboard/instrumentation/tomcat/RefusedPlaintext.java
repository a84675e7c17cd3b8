// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.PlaintextAnswer;
import io.inboard.call.PlaintextAnswer.Looks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * A connection in plaintext where only TLS is accepted, from its first bytes to its close. Between
 * two steps it waits in Tomcat's poller, which ends it in time: no thread is held. Threads as in
 * {@link MeshChannel}.
 */
final class RefusedPlaintext {
  /** How long the peer may take to read the answer and go. */
  static final int LINGER_MILLIS = 1_000;

  private final ByteBuffer bytes = ByteBuffer.allocate(1024);
  private final PlaintextAnswer rest = new PlaintextAnswer();
  private boolean answered;

  /**
   * @param first what was read already
   */
  RefusedPlaintext(byte[] first, int length) {
    bytes.put(first, 0, length);
  }

  /** Goes on: the interest for the selector, or -1: close. */
  int step(SocketChannel channel) throws IOException {
    while (true) {
      int count = channel.read(bytes);
      bytes.flip();
      if (!answered) {
        Looks looks = PlaintextAnswer.looks(bytes);
        if (looks == Looks.FOREIGN) {
          return -1;
        }
        if (looks == Looks.HTTP) {
          // An empty send buffer takes it at once.
          channel.write(PlaintextAnswer.to(bytes));
          channel.shutdownOutput();
          answered = true;
        }
      }
      if (answered) {
        rest.take(bytes);
        bytes.clear();
      } else {
        bytes.compact();
      }
      if (count < 0 || rest.ended()) {
        return -1;
      }
      if (count == 0) {
        return SelectionKey.OP_READ;
      }
    }
  }
}
