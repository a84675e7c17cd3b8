// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.handshake;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** A client and a server that hand each other bytes in memory. For one thread. */
final class Connection {
  private static final int CAPACITY = 40_000;

  private final Stack stack;

  /** Ready to be read from, between any two steps. */
  private final ByteBuffer toServer;

  private final ByteBuffer toClient;
  private final ByteBuffer read;
  private SSLEngine client;
  private SSLEngine server;

  Connection(Stack stack) {
    this.stack = stack;
    this.toServer = stack.buffer(CAPACITY).limit(0);
    this.toClient = stack.buffer(CAPACITY).limit(0);
    this.read = stack.buffer(CAPACITY);
  }

  /** Shakes hands, with what the server sends behind it for a resumption. */
  void open() throws SSLException {
    toServer.clear().limit(0);
    toClient.clear().limit(0);
    client = stack.client();
    server = stack.server();
    client.beginHandshake();
    server.beginHandshake();
    ByteBuffer nothing = stack.buffer(0);
    // Far more steps than a handshake has; an engine may take one without a byte moved.
    for (int i = 0; i < 100 && !(isDone(client) && isDone(server) && isQuiet()); i++) {
      step(client, toClient, toServer, nothing);
      step(server, toServer, toClient, nothing);
    }
    if (!isDone(client) || !isDone(server) || server.getSession().getPeerCertificates() == null) {
      throw new SSLException(stack.name() + ": the handshake stopped half way");
    }
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
  }

  private boolean isQuiet() {
    return !toServer.hasRemaining() && !toClient.hasRemaining();
  }

  private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out, ByteBuffer nothing)
      throws SSLException {
    switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        for (Runnable task = engine.getDelegatedTask();
            task != null;
            task = engine.getDelegatedTask()) {
          task.run();
        }
        // BoringSSL reads on from what it took already.
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
          engine.unwrap(in, read.clear());
        }
      }
      case NEED_WRAP -> {
        out.compact();
        engine.wrap(nothing, out);
        out.flip();
      }
      default -> {
        if (in.hasRemaining()) {
          engine.unwrap(in, read.clear());
        }
      }
    }
  }

  /** A request, one record, and its answer, one record. */
  void exchange(ByteBuffer request, ByteBuffer answer) throws SSLException {
    pass(client, server, request, toServer);
    pass(server, client, answer, toClient);
  }

  private void pass(SSLEngine from, SSLEngine to, ByteBuffer plain, ByteBuffer wire)
      throws SSLException {
    plain.rewind();
    from.wrap(plain, wire.clear());
    wire.flip();
    int bytes = 0;
    // BoringSSL puts its tickets in front of the first answer.
    while (wire.hasRemaining()) {
      bytes += to.unwrap(wire, read.clear()).bytesProduced();
    }
    if (bytes != plain.capacity()) {
      throw new SSLException("a record of " + plain.capacity() + " bytes came as " + bytes);
    }
  }

  void close() {
    stack.release(client);
    stack.release(server);
    stack.forget();
  }
}
