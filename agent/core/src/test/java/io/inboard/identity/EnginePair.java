// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A client's and a server's engine with memory between them. One thread. */
final class EnginePair {
  private static final int RECORDS = 1 << 17;

  private final SSLEngine client;
  private final SSLEngine server;
  private final ByteBuffer toServer = ByteBuffer.allocate(RECORDS);
  private final ByteBuffer toClient = ByteBuffer.allocate(RECORDS);
  private final ByteBuffer plain = ByteBuffer.allocate(RECORDS);

  EnginePair(SSLEngine client, SSLEngine server) {
    this.client = client;
    this.server = server;
  }

  /** Until neither has anything to say any more; throws what either throws. */
  void shakeHands() throws SSLException {
    while (step(client, toClient, toServer) | step(server, toServer, toClient)) {
      // Each step has moved something.
    }
  }

  /** Whether the engine has written or read anything, or has more to do. */
  private boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    int bytes = 0;
    for (Runnable task = engine.getDelegatedTask(); task != null; ) {
      task.run();
      task = engine.getDelegatedTask();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      bytes += engine.wrap(ByteBuffer.allocate(0), out).bytesProduced();
    }
    in.flip();
    plain.clear();
    bytes += engine.unwrap(in, plain).bytesConsumed();
    in.compact();
    HandshakeStatus next = engine.getHandshakeStatus();
    return bytes > 0 || next == HandshakeStatus.NEED_TASK || next == HandshakeStatus.NEED_WRAP;
  }
}
