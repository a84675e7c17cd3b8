// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.identity;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/**
 * A mutual TLS handshake of this JVM with itself, in memory: the JDK loads some 400 classes for its
 * first one. It has a generation of its own, so no context, plan or session of it is ever met by a
 * connection. Confined to one thread.
 */
final class HandshakeRehearsal {
  private static final List<String> PROTOCOLS = List.of("http/1.1");

  /** A handshake takes some ten; one that gets nowhere is given up after so many. */
  private static final int MOST_ROUNDS = 100;

  private final SSLEngine client;
  private final SSLEngine server;
  private final ByteBuffer toServer;
  private final ByteBuffer toClient;

  /** What the other one has decrypted; nobody reads it. */
  private final ByteBuffer plain;

  private HandshakeRehearsal(SSLEngine client, SSLEngine server, int room) {
    this.client = client;
    this.server = server;
    this.toServer = ByteBuffer.allocate(room);
    this.toClient = ByteBuffer.allocate(room);
    this.plain = ByteBuffer.allocate(room);
  }

  /**
   * Shakes hands, and sends a few bytes each way.
   *
   * @return whether both sides trust each other: not where our own certificate is not of our own
   *     bundle, which is allowed
   */
  static boolean with(KeyMaterial material, Clock clock)
      throws GeneralSecurityException, SSLException {
    return with(material, clock, 64 * 1024);
  }

  /**
   * The same with less room, for tests.
   *
   * @param room how many bytes may be under way in each direction
   */
  static boolean with(KeyMaterial material, Clock clock, int room)
      throws GeneralSecurityException, SSLException {
    Generation own = new Generation(material, clock);
    MutualPlan plan = own.plan("rehearsal.invalid", List.of());
    InetSocketAddress nowhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    SSLEngine client = plan.engine(nowhere, PROTOCOLS);
    HandshakeRehearsal rehearsal =
        new HandshakeRehearsal(client, server(own.serverContext()), room);
    if (!rehearsal.shakeHands()) {
      return false;
    }
    plan.verify(client.getSession());
    return true;
  }

  private static SSLEngine server(SSLContext context) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    Jsse.restrict(parameters, context);
    parameters.setNeedClientAuth(true);
    engine.setSSLParameters(parameters);
    engine.setHandshakeApplicationProtocolSelector(
        ApplicationProtocols.selector(PROTOCOLS, List.of()));
    return engine;
  }

  private boolean shakeHands() throws SSLException {
    client.beginHandshake();
    server.beginHandshake();
    int rounds = 0;
    while (shaking(client) || shaking(server)) {
      if (rounds++ == MOST_ROUNDS) {
        return false;
      }
      step(client, toClient, toServer);
      step(server, toServer, toClient);
    }
    // Records of the application, and behind the server's handshake its session tickets.
    step(client, toClient, toServer);
    step(server, toServer, toClient);
    step(client, toClient, toServer);
    return true;
  }

  private static boolean shaking(SSLEngine engine) {
    return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
  }

  /** Reads what has come, then writes what is to be written. */
  private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    in.flip();
    while (in.hasRemaining()) {
      plain.clear();
      SSLEngineResult read = engine.unwrap(in, plain);
      work(engine);
      if (read.bytesConsumed() == 0 && read.getStatus() != SSLEngineResult.Status.OK) {
        break;
      }
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        break;
      }
    }
    in.compact();
    SSLEngineResult written;
    do {
      written = engine.wrap(ByteBuffer.allocate(shaking(engine) ? 0 : 16), out);
      work(engine);
      // Without room for it, the engine would ask for the same for ever.
    } while (written.getStatus() == SSLEngineResult.Status.OK
        && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
  }

  private static void work(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask(); task != null; ) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }
}
