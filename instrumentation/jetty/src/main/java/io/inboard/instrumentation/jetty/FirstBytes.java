// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.call.Inboard;
import io.inboard.call.Log;
import io.inboard.call.server.InboundConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ServerConnector;

/**
 * A connection whose first bytes tell mutual TLS, which {@link Handshake} goes on with, from
 * plaintext, which the connector's own factory goes on with; both as Jetty's own upgrade of a
 * connection. Holds no thread while it waits.
 *
 * <p>Jetty calls a connection's methods one after the other, each perhaps on another thread.
 */
final class FirstBytes extends AbstractConnection implements Connection.UpgradeFrom {
  /** How long a peer that was refused may take to read the answer and go. */
  private static final int LINGER_MILLIS = 1_000;

  private final ServerConnector connector;
  private final Protocols protocols;
  private final InboundConnection connection;
  private final Deadline deadline;
  private final InboundConnection.Peer bare = new Bare();

  FirstBytes(
      ServerConnector connector,
      EndPoint endPoint,
      Protocols protocols,
      InboundConnection connection) {
    super(endPoint, connector.getExecutor());
    this.connector = connector;
    this.protocols = protocols;
    this.connection = connection;
    this.deadline = new Deadline(connector.getScheduler(), endPoint, connection);
  }

  @Override
  public void onOpen() {
    super.onOpen();
    if (connection.awaitsHandshake()) {
      deadline.in(Inboard.inboundTls().handshakeMillis());
    }
    fillInterested();
  }

  @Override
  public void onFillable() {
    try {
      switch (connection.next(bare)) {
        case WAIT -> fillInterested();
        case CLOSE -> close();
        case PLAIN -> {
          deadline.cancel();
          getEndPoint().upgrade(protocols.plaintext().newConnection(connector, getEndPoint()));
        }
        case TLS -> beginTls();
      }
    } catch (SSLException e) {
      connection.failed(e);
      close();
    } catch (IOException gone) {
      close();
    } catch (RuntimeException | LinkageError e) {
      // What its bytes are is not known, so nobody may have them.
      Log.warnOnce("jetty", "a connection is closed after an error of ours: " + e);
      close();
    }
  }

  private void beginTls() throws SSLException {
    deadline.in(Inboard.inboundTls().handshakeMillis());
    SSLEngine engine = protocols.engine();
    SslConnection tls = tls(engine);
    EndPoint decrypted = inside(tls);
    decrypted.setConnection(
        new Handshake(connector, decrypted, engine, protocols, connection, deadline));
    getEndPoint().upgrade(tls);
  }

  private SslConnection tls(SSLEngine engine) {
    return Line.IS_12
        ? new TlsConnection(connector, getEndPoint(), engine, connection)
        : new ChannelTls(connector, getEndPoint(), engine, connection);
  }

  private static EndPoint inside(SslConnection tls) {
    return Line.IS_12 ? tls.getSslEndPoint() : (EndPoint) ChannelMembers.INSIDE.call(tls);
  }

  /** What was read is the next connection's. */
  @Override
  public ByteBuffer onUpgradeFrom() {
    if (connection.isTls()) {
      return connection.taken();
    }
    ByteBuffer early = ByteBuffer.allocate(connection.early());
    connection.handOn(early);
    return early.flip();
  }

  /** Jetty's timer, or an error of the selector. */
  @Override
  public void onFillInterestedFailed(Throwable cause) {
    close();
  }

  @Override
  public void close() {
    deadline.cancel();
    connection.closed();
    getEndPoint().close();
  }

  /** Never blocks: between two steps the connection waits in Jetty's selector. */
  private final class Bare implements InboundConnection.Peer {
    @Override
    public int read(ByteBuffer into) throws IOException {
      // Jetty's buffers are always ready to be read from: empty is a limit of 0.
      ByteBuffer free = into.slice().limit(0);
      int count = getEndPoint().fill(free);
      into.position(into.position() + Math.max(count, 0));
      return count;
    }

    @Override
    public void write(ByteBuffer answer) throws IOException {
      getEndPoint().flush(answer);
    }

    @Override
    public void shutdownOutput() {
      getEndPoint().shutdownOutput();
    }

    @Override
    public boolean linger() {
      deadline.in(LINGER_MILLIS);
      return true;
    }
  }
}
