// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.server.InboundConnection;
import io.undertow.UndertowOptions;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * A connection between its acceptance and the moment when Undertow gets it: its first bytes, and
 * the handshake. All of it on the connection's I/O thread, which never blocks; no thread of the
 * application's is held.
 */
final class Arrival implements ChannelListener<ConduitStreamSourceChannel> {
  private static final String HTTP_2 = "h2";
  private static final String HTTP_1 = "http/1.1";

  /** How long a peer that was refused may take to read the answer and go. */
  private static final int LINGER_MILLIS = 1_000;

  private final HttpOpenListener listener;
  private final StreamConnection connection;
  private final InboundConnection inbound;
  private final InboundConnection.Peer peer = new Bare();

  /** What came behind the head of the PROXY protocol; null when there is none, or no more. */
  private PooledByteBuffer ahead;

  /** What closes the connection when its time is up; null when nothing does. */
  private XnioExecutor.Key bound;

  /** Null until the first bytes are those of TLS. */
  private SSLEngine engine;

  private TlsSource source;
  private TlsSink sink;

  /** Whether Undertow has it, or nobody any more. */
  private boolean over;

  /**
   * @param ahead bytes of the connection that were read already; may be null
   */
  Arrival(HttpOpenListener listener, StreamConnection connection, PooledByteBuffer ahead) {
    this.listener = listener;
    this.connection = connection;
    this.ahead = ahead;
    this.inbound = Connections.arrived(connection);
  }

  void begin() {
    if (inbound.awaitsHandshake()) {
      bound(Inboard.inboundTls().handshakeMillis());
    } else {
      boundAsUndertowWould();
    }
    connection.getSourceChannel().setReadListener(this);
    handleEvent(connection.getSourceChannel());
  }

  /** Undertow closes connections that are silent, from the moment when it gets them. */
  private void boundAsUndertowWould() {
    OptionMap options = listener.getUndertowOptions();
    int request = options.get(UndertowOptions.NO_REQUEST_TIMEOUT, -1);
    int idle = options.get(UndertowOptions.IDLE_TIMEOUT, -1);
    int millis = request > 0 && idle > 0 ? Math.min(request, idle) : Math.max(request, idle);
    if (millis > 0) {
      bound(millis);
    }
  }

  @Override
  public void handleEvent(ConduitStreamSourceChannel channel) {
    if (over) {
      channel.suspendReads();
      return;
    }
    try {
      step();
    } catch (SSLException e) {
      inbound.failed(e);
      sayWhy();
      close();
    } catch (IOException | RuntimeException | LinkageError e) {
      close();
    }
  }

  private void step() throws IOException {
    switch (inbound.next(peer)) {
      case WAIT -> connection.getSourceChannel().resumeReads();
      case CLOSE -> close();
      case PLAIN -> handOver(early());
      case TLS -> {
        if (engine == null) {
          beginTls();
        }
        shake();
      }
    }
  }

  private void beginTls() throws IOException {
    InboundTls tls = Inboard.inboundTls();
    bound(tls.handshakeMillis());
    // The version of HTTP is the application's choice, as for TLS of its own.
    boolean http2 = listener.getUndertowOptions().get(UndertowOptions.ENABLE_HTTP2, false);
    engine = tls.engine(http2 ? List.of(HTTP_2, HTTP_1) : List.of(HTTP_1));
    ByteBuffer taken = inbound.taken();
    source =
        ahead == null
            ? new TlsSource(connection.getSourceChannel().getConduit(), engine, taken)
            : new TlsSource(
                connection.getSourceChannel().getConduit(), engine, taken, ahead.getBuffer());
    sink = new TlsSink(connection.getSinkChannel().getConduit(), engine);
    giveBack();
    engine.beginHandshake();
  }

  private void shake() throws IOException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> TlsSource.runTasks(engine);
        case NEED_WRAP -> {
          if (!sink.shake()) {
            awaitWritable();
            return;
          }
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          int taken = source.shake();
          if (taken < 0) {
            throw new EOFException("the peer closed the connection during the handshake");
          }
          if (taken == 0) {
            connection.getSourceChannel().resumeReads();
            return;
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          shaken();
          return;
        }
      }
    }
  }

  private void awaitWritable() {
    connection.getSourceChannel().suspendReads();
    connection
        .getSinkChannel()
        .setWriteListener(
            channel -> {
              channel.suspendWrites();
              handleEvent(connection.getSourceChannel());
            });
    connection.getSinkChannel().resumeWrites();
  }

  private void shaken() throws IOException {
    if (!inbound.established(engine.getSession())) {
      close();
      return;
    }
    source.install(connection);
    sink.install(connection);
    if (HTTP_2.equals(engine.getApplicationProtocol())) {
      leave();
      Http2Listeners.of(listener).handleEvent(connection, null);
    } else {
      handOver(null);
    }
  }

  private void handOver(PooledByteBuffer first) {
    leave();
    listener.handleEvent(connection, first);
  }

  /** The connection is as Undertow expects one that was just accepted. */
  private void leave() {
    over = true;
    unbound();
    connection.getSourceChannel().suspendReads();
    connection.getSourceChannel().setReadListener(null);
    connection.getSinkChannel().setWriteListener(null);
  }

  /** What was read of plaintext, for Undertow to read; null when there is none. */
  private PooledByteBuffer early() {
    if (inbound.early() == 0 && ahead == null) {
      return null;
    }
    PooledByteBuffer all = listener.getBufferPool().allocate();
    inbound.handOn(all.getBuffer());
    if (ahead != null) {
      all.getBuffer().put(ahead.getBuffer());
      giveBack();
    }
    all.getBuffer().flip();
    return all;
  }

  private void giveBack() {
    if (ahead != null) {
      ahead.close();
      ahead = null;
    }
  }

  /** An alert, if the engine has one. */
  private void sayWhy() {
    try {
      if (sink != null) {
        sink.shake();
        connection.getSinkChannel().shutdownWrites();
      }
    } catch (IOException | RuntimeException e) {
      // The peer is gone.
    }
  }

  private void close() {
    over = true;
    unbound();
    giveBack();
    inbound.closed();
    IoUtils.safeClose(connection);
  }

  /** Closes the connection at the end of a time, however slowly bytes come. */
  private void bound(int millis) {
    unbound();
    try {
      bound =
          connection
              .getIoThread()
              .executeAfter(
                  () -> {
                    if (!over) {
                      close();
                    }
                  },
                  millis,
                  TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The server stops, and closes its connections.
    }
  }

  private void unbound() {
    if (bound != null) {
      bound.remove();
      bound = null;
    }
  }

  /** Between two steps the connection waits in XNIO's selector. */
  private final class Bare implements InboundConnection.Peer {
    @Override
    public int read(ByteBuffer into) throws IOException {
      if (ahead == null) {
        return connection.getSourceChannel().read(into);
      }
      ByteBuffer first = ahead.getBuffer();
      int count = Math.min(first.remaining(), into.remaining());
      into.put(first.slice().limit(count));
      first.position(first.position() + count);
      if (!first.hasRemaining()) {
        giveBack();
      }
      return count;
    }

    @Override
    public void write(ByteBuffer answer) throws IOException {
      connection.getSinkChannel().write(answer);
    }

    @Override
    public void shutdownOutput() throws IOException {
      connection.getSinkChannel().shutdownWrites();
      connection.getSinkChannel().flush();
    }

    @Override
    public boolean linger() {
      bound(LINGER_MILLIS);
      return true;
    }
  }
}
