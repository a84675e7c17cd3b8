// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.Inboard;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import io.inboard.call.server.InboundConnection.Next;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * One connection between its channel and the JDK's two streams. Reads come from one thread at a
 * time (the JDK's stream is synchronized), writes from one at a time; the two may meet, which
 * {@link TlsPump} allows for.
 */
final class Connection {
  /** The answer that lets the JDK's own code run. */
  static final int PLAIN = -2;

  private final ChannelBytes channel;
  private final InboundConnection inbound;

  /** Whether the server's own code has read since. Reading thread. */
  private boolean readByServer;

  /** Set once, by the reading thread before any request exists to be answered. */
  private volatile TlsPump tls;

  /**
   * When the dispatcher handed the connection over, then how long that took. Written by the
   * dispatcher before, and by the thread that got it after: the executor's queue orders the two. 0:
   * nobody can tell.
   */
  private long waited;

  /** Those of its server. Written by the dispatcher, as {@link #waited} is. */
  private Handshakes handshakes = Handshakes.UNKNOWN_SERVER;

  Connection(ChannelBytes channel) {
    this.channel = channel;
    this.inbound = new InboundConnection(channel.local(), channel.remote(), TlsPump.BUFFER);
  }

  /** What is known of it below HTTP. */
  InboundConnection inbound() {
    return inbound;
  }

  /** Decrypted bytes, -1 at the end, or {@link #PLAIN}. */
  int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!inbound.isPlain() && tls == null && !open()) {
      return -1;
    }
    if (tls != null) {
      return tls.read(bytes, offset, length);
    }
    int early = inbound.handOn(ByteBuffer.wrap(bytes, offset, length));
    readByServer |= early == 0;
    return early == 0 ? PLAIN : early;
  }

  /** Whether these bytes went out encrypted; else the JDK writes them. */
  boolean write(byte[] bytes, int offset, int length) throws IOException {
    if (tls != null) {
      tls.write(ByteBuffer.wrap(bytes, offset, length));
      return true;
    }
    if (!inbound.mayWritePlaintext()) {
      throw new SSLException("inboard: nothing is sent before the peer has spoken");
    }
    return false;
  }

  /**
   * Bytes that the selector cannot see, since they were taken from the channel already, or {@link
   * #PLAIN}.
   */
  int available() {
    if (tls != null) {
      return tls.available();
    }
    return readByServer && inbound.early() == 0 ? PLAIN : inbound.early();
  }

  void closeNotify() {
    if (tls != null) {
      tls.closeNotify();
    }
  }

  /** No byte was sent yet: the server waits in its selector, possibly for long. */
  void closeIfSilent() throws IOException {
    if (inbound.isUndecided()) {
      channel.closeIfIdle();
    }
  }

  /** Dispatcher's thread: it hands the connection over, to be read by a thread of this server. */
  void dispatched(Object server) {
    if (inbound.isUndecided()) {
      handshakes = Handshakes.of(server);
    }
    waited = System.nanoTime();
  }

  void taken() {
    waited = waited == 0 ? 0 : System.nanoTime() - waited;
  }

  /** How long the request that is served now has waited for a thread, in nanoseconds. */
  long waitedNanos() {
    return waited;
  }

  /** Reads the first bytes and shakes hands if they are TLS; false when it is to be closed. */
  private boolean open() throws IOException {
    int most = Inboard.inboundTls().handshakeMillis();
    try (Handshakes.Handshake handshake = handshakes.begin(channel.peer(), most)) {
      channel.limit(handshake);
      Next next = inbound.next(channel);
      boolean open = next == Next.TLS ? shake(handshake) : next == Next.PLAIN;
      if (open) {
        channel.unlimited();
      }
      return open;
    } finally {
      channel.lingered();
    }
  }

  private boolean shake(Handshakes.Handshake handshake) throws IOException {
    if (handshake.isRefused()) {
      inbound.refuse(Refusal.TIMEOUT);
      return false;
    }
    try {
      TlsPump pump =
          new TlsPump(
              channel, Inboard.inboundTls().engine(List.of("http/1.1")), inbound.taken().compact());
      pump.handshake();
      // It was the handshake that waited; the request may have come just now.
      waited = 0;
      if (!inbound.established(pump.session())) {
        return false;
      }
      tls = pump;
      return true;
    } catch (SSLException | SocketTimeoutException e) {
      inbound.failed(e);
      throw e;
    }
  }
}
