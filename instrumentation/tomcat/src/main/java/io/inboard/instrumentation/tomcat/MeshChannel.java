// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.server.InboundConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * A connection of a connector without TLS of its own. Its first bytes tell mutual TLS, which it
 * speaks itself below HTTP, from plaintext, which it passes on.
 *
 * <p>It extends {@link SecureNioChannel} not for convenience alone: sendfile writes to the bare
 * socket of every other kind of channel ({@code NioEndpoint.Poller#processSendfile}), and would
 * send static files in clear.
 *
 * <p>Tomcat pools channels: {@link #reset} begins a new connection. Threads as in the superclass:
 * Tomcat hands a connection from thread to thread and never works on it with two, but for {@link
 * #getIOChannel}, which is set before the connection is published.
 */
final class MeshChannel extends SecureNioChannel {
  private static final String HTTP_1 = "http/1.1";
  private static final String HTTP_2 = "h2";
  private static final List<String> ENABLED_HTTP_2 = List.of(HTTP_2, HTTP_1);

  /** How long a peer that was refused may take to read the answer and go. */
  private static final int LINGER_MILLIS = 1_000;

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private final NioEndpoint endpoint;
  private final InboundConnection.Peer bare = new Bare();

  /** That which the channel has now; before the first one, nothing is known of it. */
  private InboundConnection connection = new InboundConnection(null, null, 2);

  /** Whether its TLS has failed, so that no end of it is the peer's word. */
  private boolean broken;

  MeshChannel(SocketBufferHandler buffers, NioEndpoint endpoint) {
    super(buffers, endpoint);
    this.endpoint = endpoint;
    // 34 KB that plaintext never needs: given back until a connection speaks TLS. Direct ones stay,
    // since free() of the superclass expects them.
    if (!endpoint.getSocketProperties().getDirectSslBuffer()) {
      netInBuffer = EMPTY;
      netOutBuffer = EMPTY;
    }
  }

  @Override
  public void reset(SocketChannel channel, NioSocketWrapper wrapper) throws IOException {
    super.reset(channel, wrapper);
    broken = false;
    if (channel != null) {
      connection =
          new InboundConnection(
              channel.getLocalAddress(),
              channel.getRemoteAddress(),
              InboundConnection.FEWEST_BYTES);
      handshakeComplete = connection.isPlain();
    }
  }

  /** The connection is about to wait for its first byte, with Tomcat's own timeout. */
  void awaitFirstByte() {
    if (connection.awaitsHandshake()) {
      boundBy(Inboard.inboundTls().handshakeMillis());
    }
  }

  /** What is known of the connection below HTTP. */
  InboundConnection connection() {
    return connection;
  }

  /** 0: done; -1: close; else the interest for the selector; as in the superclass. */
  @Override
  public int handshake(boolean read, boolean write) throws IOException {
    try {
      return switch (connection.next(bare)) {
        case WAIT -> SelectionKey.OP_READ;
        case CLOSE -> -1;
        case PLAIN -> {
          handshakeComplete = true;
          yield 0;
        }
        case TLS -> shake(read, write);
      };
    } catch (SSLException e) {
      connection.failed(e);
      throw e;
    }
  }

  private int shake(boolean read, boolean write) throws IOException {
    if (sslEngine == null) {
      beginTls();
    }
    int next = super.handshake(read, write);
    return next == 0 ? shaken() : next;
  }

  /**
   * In place of the superclass's look at the ClientHello, which chooses among the application's
   * certificates and answers plaintext with an error page.
   */
  private void beginTls() throws IOException {
    InboundTls tls = Inboard.inboundTls();
    // The version of HTTP is the application's choice: HTTP/2 where it enabled that for plaintext.
    // Otherwise a client that speaks nothing else gets it: Envoy with HTTP/2, gRPC.
    SSLEngine engine =
        Connections.hasHttp2(endpoint)
            ? tls.engine(ENABLED_HTTP_2)
            : tls.engine(List.of(HTTP_1), List.of(HTTP_2));
    int packet = engine.getSession().getPacketBufferSize();
    getBufHandler().expand(engine.getSession().getApplicationBufferSize());
    netInBuffer = atLeast(packet, netInBuffer);
    netOutBuffer = atLeast(packet, netOutBuffer);
    netInBuffer.clear();
    netInBuffer.put(connection.taken());
    netOutBuffer.position(0).limit(0);
    sslEngine = engine;
    engine.beginHandshake();
    handshakeStatus = engine.getHandshakeStatus();
    sniComplete = true;
    boundBy(tls.handshakeMillis());
  }

  private static ByteBuffer atLeast(int capacity, ByteBuffer buffer) {
    if (buffer.capacity() >= capacity) {
      return buffer;
    }
    return buffer.isDirect() ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
  }

  private int shaken() {
    if (!connection.established(sslEngine.getSession())) {
      return -1;
    }
    if (HTTP_2.equals(sslEngine.getApplicationProtocol())) {
      socketWrapper.setNegotiatedProtocol(HTTP_2);
    }
    // A mutual handshake costs as much as a thousand small requests: the limit on requests for each
    // connection (100) would have one every moment. Http11Processor still honours a limit of 1.
    socketWrapper.setKeepAliveLeft(Integer.MAX_VALUE);
    socketWrapper.updateLastRead();
    socketWrapper.updateLastWrite();
    socketWrapper.setReadTimeout(endpoint.getConnectionTimeout());
    socketWrapper.setWriteTimeout(endpoint.getConnectionTimeout());
    return 0;
  }

  /**
   * Lets Tomcat's poller close the connection when the time is up. The channel's own reads during a
   * handshake do not count as activity there, so this is a deadline, however slowly bytes come.
   */
  private void boundBy(int millis) {
    socketWrapper.updateLastRead();
    socketWrapper.updateLastWrite();
    socketWrapper.setReadTimeout(millis);
    socketWrapper.setWriteTimeout(millis);
  }

  /** Null by design: the application sees the plaintext request that it would see without us. */
  @Override
  public SSLSupport getSSLSupport() {
    return null;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!connection.isPlain()) {
      int before = target.position();
      try {
        int count = super.read(target);
        return count < 0 ? (int) rest(new ByteBuffer[] {target}, 0, 1) : count;
      } catch (IOException e) {
        return (int) ended(target.position() - before, e);
      }
    }
    int early = connection.handOn(target);
    if (early > 0 && !target.hasRemaining()) {
      return early;
    }
    int n = sc.read(target);
    // An end of the stream behind the first bytes shows again at the next read.
    return early == 0 ? n : early + Math.max(n, 0);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    if (!connection.isPlain()) {
      long before = filled(targets, offset, length);
      try {
        long count = super.read(targets, offset, length);
        return count < 0 ? rest(targets, offset, length) : count;
      } catch (IOException e) {
        return ended(filled(targets, offset, length) - before, e);
      }
    }
    if (connection.early() == 0) {
      return sc.read(targets, offset, length);
    }
    for (int i = offset; i < offset + length; i++) {
      if (targets[i].hasRemaining()) {
        return read(targets[i]);
      }
    }
    return 0;
  }

  /**
   * The superclass has read what the peer said last: that nothing more will come. That is an error
   * to it, for which it would drop a request that came in the same segment; here it is the end of
   * the stream, as in plaintext.
   *
   * @param count how many bytes came before
   * @param error anything else is thrown again, and no later read may call it an end
   */
  private long ended(long count, IOException error) throws IOException {
    broken |= error instanceof SSLException;
    if (broken || sslEngine == null || !sslEngine.isInboundDone()) {
      throw error;
    }
    return count > 0 ? count : -1;
  }

  /**
   * The socket is at its end, and the superclass says so at once: but the end of the handshake, a
   * request and the end of its client's side may have come in one segment.
   *
   * @return -1 when nothing was left
   */
  private long rest(ByteBuffer[] targets, int offset, int length) throws IOException {
    if (closed || isClosing() || sslEngine == null) {
      return -1;
    }
    long before = filled(targets, offset, length);
    SSLEngineResult.Status status = SSLEngineResult.Status.OK;
    while (status == SSLEngineResult.Status.OK && netInBuffer.position() > 0) {
      netInBuffer.flip();
      SSLEngineResult result = sslEngine.unwrap(netInBuffer, targets, offset, length);
      netInBuffer.compact();
      if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
        tasks();
      }
      status = result.getStatus();
    }
    long count = filled(targets, offset, length) - before;
    return count > 0 ? count : -1;
  }

  private static long filled(ByteBuffer[] targets, int offset, int length) {
    long filled = 0;
    for (int i = offset; i < offset + length; i++) {
      filled += targets[i].position();
    }
    return filled;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return connection.isPlain() ? sc.write(source) : super.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return connection.isPlain()
        ? sc.write(sources, offset, length)
        : super.write(sources, offset, length);
  }

  @Override
  public int getOutboundRemaining() {
    return connection.isPlain() ? 0 : super.getOutboundRemaining();
  }

  @Override
  public boolean flushOutbound() throws IOException {
    return !connection.isPlain() && super.flushOutbound();
  }

  @Override
  public void close() throws IOException {
    connection.closed();
    if (connection.isTls()) {
      super.close();
    } else {
      closed = true;
      sc.close();
    }
  }

  /** The kind that Tomcat made before us, or on a port that is left alone. */
  static boolean isBare(NioChannel channel) {
    return channel.getClass() == NioChannel.class;
  }

  /** Never blocks: between two steps the connection waits in Tomcat's poller. */
  private final class Bare implements InboundConnection.Peer {
    @Override
    public int read(ByteBuffer into) throws IOException {
      return sc.read(into);
    }

    @Override
    public void write(ByteBuffer answer) throws IOException {
      sc.write(answer);
    }

    @Override
    public void shutdownOutput() throws IOException {
      sc.shutdownOutput();
    }

    /** No thread is held meanwhile. */
    @Override
    public boolean linger() {
      boundBy(LINGER_MILLIS);
      return true;
    }
  }
}
