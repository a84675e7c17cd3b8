// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Log;
import io.inboard.call.server.InboundConnection;
import java.io.IOException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;

/**
 * The inside of a TLS connection until its peer has proved who it is; then what they agreed on
 * takes its place. Threads as in {@link FirstBytes}.
 */
final class Handshake extends AbstractConnection {
  private final ServerConnector connector;
  private final SSLEngine engine;
  private final Protocols protocols;
  private final InboundConnection connection;
  private final Deadline deadline;

  Handshake(
      ServerConnector connector,
      EndPoint decrypted,
      SSLEngine engine,
      Protocols protocols,
      InboundConnection connection,
      Deadline deadline) {
    super(decrypted, connector.getExecutor());
    this.connector = connector;
    this.engine = engine;
    this.protocols = protocols;
    this.connection = connection;
    this.deadline = deadline;
  }

  @Override
  public void onOpen() {
    super.onOpen();
    fillInterested();
  }

  @Override
  public void onFillable() {
    try {
      if (connection.isLate() || getEndPoint().fill(BufferUtil.EMPTY_BUFFER) < 0) {
        close();
      } else if (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
        fillInterested();
      } else {
        shaken();
      }
    } catch (IOException e) {
      failed(e);
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("jetty", "a connection is closed after an error of ours: " + e);
      close();
    }
  }

  private void failed(IOException error) {
    // A peer that goes away, or resets the connection, was not refused.
    if (error instanceof SSLException) {
      connection.failed(error);
    }
    close();
  }

  private void shaken() {
    if (!connection.established(engine.getSession())) {
      close();
      return;
    }
    deadline.cancel();
    EndPoint decrypted = getEndPoint();
    decrypted.upgrade(
        protocols.agreed(engine.getApplicationProtocol()).newConnection(connector, decrypted));
  }

  @Override
  public void onFillInterestedFailed(Throwable cause) {
    close();
  }

  /** The peer reads why, in an alert, before the end. */
  @Override
  public void close() {
    deadline.cancel();
    connection.closed();
    getEndPoint().shutdownOutput();
    super.close();
  }
}
