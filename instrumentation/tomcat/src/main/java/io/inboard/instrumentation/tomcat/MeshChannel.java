// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.tomcat;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.First;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
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
  private static final String HTTP_2 = "h2";
  private static final List<String> ENABLED_HTTP_2 = List.of(HTTP_2, "http/1.1");

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private enum State {
    /** The first bytes are not there yet. */
    SILENT,
    /** Mutual TLS, shaking hands or past it. */
    TLS,
    /** The application's own bytes. */
    PLAIN,
    /** Plaintext in STRICT: answered, and closed. */
    REFUSED
  }

  private final NioEndpoint endpoint;

  /**
   * As many bytes as it takes to tell; {@code told} of them are there, {@code handedOn} are read.
   */
  private final byte[] first = new byte[2];

  private int told;
  private int handedOn;
  private Mode mode = Mode.DISABLE;
  private State state = State.PLAIN;
  private long handshakeEnd;

  /** Whether the end of the handshake was counted, be it as good or as refused. */
  private boolean counted;

  /** Null unless REFUSED. */
  private RefusedPlaintext refusedPlaintext;

  private InetSocketAddress local = unknown();
  private InetSocketAddress remote = unknown();

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
    told = 0;
    handedOn = 0;
    counted = false;
    refusedPlaintext = null;
    if (channel != null) {
      local = inet(channel.getLocalAddress());
      remote = inet(channel.getRemoteAddress());
      // A Unix domain socket has no port, and its peers are on this machine.
      mode = local.getPort() == 0 ? Mode.DISABLE : Inboard.inboundTls().mode(local.getPort());
      state = mode == Mode.DISABLE ? State.PLAIN : State.SILENT;
      handshakeComplete = state == State.PLAIN;
    }
  }

  /**
   * The connection is about to wait for its first byte, with Tomcat's own timeout. In STRICT that
   * byte belongs to a handshake; in PERMISSIVE it may be the application's, which waits as long as
   * the application says.
   */
  void awaitFirstByte() {
    if (state == State.SILENT && mode == Mode.STRICT) {
      boundBy(Inboard.inboundTls().handshakeMillis());
    }
  }

  /** Whether the peer proved who it is. */
  boolean isMutualTls() {
    return state == State.TLS && handshakeComplete;
  }

  /**
   * Who the peer is; empty over plaintext. Asked for each request: a connection may live longer
   * than the certificate that began it.
   */
  Optional<PeerIdentity> peer() {
    return isMutualTls() ? Inboard.inboundTls().peer(sslEngine.getSession()) : Optional.empty();
  }

  InetSocketAddress local() {
    return local;
  }

  InetSocketAddress remote() {
    return remote;
  }

  /** 0: done; -1: close; else the interest for the selector; as in the superclass. */
  @Override
  public int handshake(boolean read, boolean write) throws IOException {
    try {
      return shake(read, write);
    } catch (SSLException e) {
      refuse(Refusal.of(e));
      throw e;
    }
  }

  private void refuse(Refusal why) {
    if (!counted) {
      counted = true;
      Inboard.inboundTls().refused(local.getPort(), remote, why);
    }
  }

  private int shake(boolean read, boolean write) throws IOException {
    if (state == State.REFUSED) {
      return refusedPlaintext.step(sc);
    }
    if (state == State.SILENT) {
      int next = listen();
      if (state == State.SILENT || next != 0) {
        return next;
      }
    }
    if (state == State.PLAIN) {
      return 0;
    }
    if (System.nanoTime() - handshakeEnd > 0) {
      refuse(Refusal.TIMEOUT);
      return -1;
    }
    int next = super.handshake(read, write);
    return next == 0 ? shaken() : next;
  }

  /** Reads until the first bytes tell what they are. */
  private int listen() throws IOException {
    while (true) {
      First what = InboundTls.classify(ByteBuffer.wrap(first, 0, told), mode);
      switch (what) {
        case TLS -> {
          beginTls();
          return 0;
        }
        case PLAIN -> {
          Inboard.inboundTls().accepted(local.getPort(), false);
          bePlain();
          return 0;
        }
        case REFUSE -> {
          refuse(Refusal.PLAINTEXT);
          state = State.REFUSED;
          refusedPlaintext = new RefusedPlaintext(first, told);
          boundBy(RefusedPlaintext.LINGER_MILLIS);
          return refusedPlaintext.step(sc);
        }
        case MORE -> {
          int n = sc.read(ByteBuffer.wrap(first, told, first.length - told));
          if (n == 0) {
            return SelectionKey.OP_READ;
          }
          if (n < 0 && mode == Mode.STRICT) {
            return -1;
          }
          if (n < 0) {
            // A probe that connects and goes: Tomcat closes it as always, without a word in its
            // log.
            bePlain();
            return 0;
          }
          told += n;
        }
      }
    }
  }

  private void bePlain() {
    state = State.PLAIN;
    handshakeComplete = true;
  }

  /**
   * In place of the superclass's look at the ClientHello, which chooses among the application's
   * certificates and answers plaintext with an error page.
   */
  private void beginTls() throws IOException {
    InboundTls tls = Inboard.inboundTls();
    // The version of HTTP is the application's choice: HTTP/2 where it enabled that for plaintext.
    // Otherwise a client that prefers it to HTTP/1.1 gets it: Envoy, or curl --http2.
    SSLEngine engine =
        Connections.hasHttp2(endpoint)
            ? tls.engine(ENABLED_HTTP_2)
            : tls.engine(List.of(), ENABLED_HTTP_2);
    int packet = engine.getSession().getPacketBufferSize();
    getBufHandler().expand(engine.getSession().getApplicationBufferSize());
    netInBuffer = atLeast(packet, netInBuffer);
    netOutBuffer = atLeast(packet, netOutBuffer);
    netInBuffer.clear();
    netInBuffer.put(first, 0, told);
    netOutBuffer.position(0).limit(0);
    sslEngine = engine;
    engine.beginHandshake();
    handshakeStatus = engine.getHandshakeStatus();
    sniComplete = true;
    state = State.TLS;
    handshakeEnd = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(tls.handshakeMillis());
    boundBy(tls.handshakeMillis());
  }

  private static ByteBuffer atLeast(int capacity, ByteBuffer buffer) {
    if (buffer.capacity() >= capacity) {
      return buffer;
    }
    return buffer.isDirect() ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
  }

  private int shaken() {
    if (Inboard.inboundTls().peer(sslEngine.getSession()).isEmpty()) {
      refuse(Refusal.EXPIRED);
      return -1;
    }
    counted = true;
    Inboard.inboundTls().accepted(local.getPort(), true);
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
    if (state != State.PLAIN) {
      return super.read(target);
    }
    int early = 0;
    while (handedOn < told && target.hasRemaining()) {
      target.put(first[handedOn++]);
      early++;
    }
    if (early > 0 && !target.hasRemaining()) {
      return early;
    }
    int n = sc.read(target);
    // An end of the stream behind the first bytes shows again at the next read.
    return early == 0 ? n : early + Math.max(n, 0);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    if (state != State.PLAIN) {
      return super.read(targets, offset, length);
    }
    if (handedOn == told) {
      return sc.read(targets, offset, length);
    }
    for (int i = offset; i < offset + length; i++) {
      if (targets[i].hasRemaining()) {
        return read(targets[i]);
      }
    }
    return 0;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return state == State.PLAIN ? sc.write(source) : super.write(source);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return state == State.PLAIN
        ? sc.write(sources, offset, length)
        : super.write(sources, offset, length);
  }

  @Override
  public int getOutboundRemaining() {
    return state == State.PLAIN ? 0 : super.getOutboundRemaining();
  }

  @Override
  public boolean flushOutbound() throws IOException {
    return state != State.PLAIN && super.flushOutbound();
  }

  @Override
  public void close() throws IOException {
    // The poller ends what takes too long, with a clock of milliseconds.
    if (state == State.TLS && !handshakeComplete && timeIsUp()) {
      refuse(Refusal.TIMEOUT);
    }
    if (state != State.TLS) {
      closed = true;
      sc.close();
    } else {
      super.close();
    }
  }

  private boolean timeIsUp() {
    return System.nanoTime() - handshakeEnd > -TimeUnit.MILLISECONDS.toNanos(2);
  }

  private static InetSocketAddress inet(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? inet : unknown();
  }

  private static InetSocketAddress unknown() {
    return InetSocketAddress.createUnresolved("localhost", 0);
  }

  /** The kind that Tomcat made before us, or on a port that is left alone. */
  static boolean isBare(NioChannel channel) {
    return channel.getClass() == NioChannel.class;
  }
}
