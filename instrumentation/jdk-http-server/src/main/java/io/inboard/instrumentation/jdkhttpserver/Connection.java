// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.First;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * One connection: undecided until its first bytes, then plaintext or TLS for good. Reads come from
 * one thread at a time (the JDK's stream is synchronized), writes from one at a time; the two may
 * meet, which {@link TlsPump} allows for.
 */
final class Connection {
  /** The answer that lets the JDK's own code run. */
  static final int PLAIN = -2;

  private final ChannelBytes channel;
  private final Mode mode;

  /** Bytes that were read to tell TLS from plaintext, for the plaintext reader. Reading thread. */
  private ByteBuffer sniffed = ByteBuffer.allocate(0);

  /** Whether the server's own code has read since. Reading thread. */
  private boolean readByServer;

  /** Set once, by the reading thread before any request exists to be answered. */
  private volatile TlsPump tls;

  private volatile boolean plain;

  /**
   * When the dispatcher handed the connection over, then how long that took. Written by the
   * dispatcher before, and by the thread that got it after: the executor's queue orders the two. 0:
   * nobody can tell.
   */
  private long waited;

  /** Those of its server. Written by the dispatcher, as {@link #waited} is. */
  private Handshakes handshakes = Handshakes.UNKNOWN_SERVER;

  Connection(ChannelBytes channel, Mode mode) {
    this.channel = channel;
    this.mode = mode;
    this.plain = mode == Mode.DISABLE;
  }

  /** Decrypted bytes, -1 at the end, or {@link #PLAIN}. */
  int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!plain && tls == null && !decide()) {
      return -1;
    }
    if (tls != null) {
      return tls.read(bytes, offset, length);
    }
    if (!sniffed.hasRemaining()) {
      readByServer = true;
      return PLAIN;
    }
    int count = Math.min(length, sniffed.remaining());
    sniffed.get(bytes, offset, count);
    return count;
  }

  /** Whether these bytes went out encrypted; else the JDK writes them. */
  boolean write(byte[] bytes, int offset, int length) throws IOException {
    if (tls == null) {
      if (!plain && mode == Mode.STRICT) {
        throw new SSLException("inboard: nothing is sent before the peer has spoken");
      }
      return false;
    }
    tls.write(ByteBuffer.wrap(bytes, offset, length));
    return true;
  }

  /**
   * Bytes that the selector cannot see, since they were taken from the channel already, or {@link
   * #PLAIN}.
   */
  int available() {
    if (tls != null) {
      return tls.available();
    }
    return readByServer && !sniffed.hasRemaining() ? PLAIN : sniffed.remaining();
  }

  boolean isSecured() {
    return tls != null;
  }

  Optional<PeerIdentity> peer() {
    return tls == null ? Optional.empty() : Inboard.inboundTls().peer(tls.session());
  }

  void closeNotify() {
    if (tls != null) {
      tls.closeNotify();
    }
  }

  /** No byte was sent yet: the server waits in its selector, possibly for long. */
  void closeIfSilent() throws IOException {
    if (isUndecided()) {
      channel.closeIfIdle();
    }
  }

  /** Whether its first bytes have not yet shown what it speaks. */
  boolean isUndecided() {
    return tls == null && !plain;
  }

  /** Dispatcher's thread, before any other reads. */
  void among(Handshakes ofServer) {
    handshakes = ofServer;
  }

  void dispatched() {
    waited = System.nanoTime();
  }

  void taken() {
    waited = waited == 0 ? 0 : System.nanoTime() - waited;
  }

  /** How long the request that is served now has waited for a thread, in nanoseconds. */
  long waitedNanos() {
    return waited;
  }

  Mode mode() {
    return mode;
  }

  /** Reads the first bytes and shakes hands if they are TLS; false at the end of the stream. */
  private boolean decide() throws IOException {
    int most = Inboard.inboundTls().handshakeMillis();
    try (Handshakes.Handshake handshake = handshakes.begin(channel.peer(), most)) {
      channel.limit(handshake);
      return decideInTime(handshake);
    }
  }

  private boolean decideInTime(Handshakes.Handshake handshake) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(TlsPump.BUFFER);
    while (true) {
      int count = channel.read(first);
      first.flip();
      First what = count < 0 ? First.REFUSE : InboundTls.classify(first, mode);
      switch (what) {
        case MORE -> first.compact();
        case TLS -> {
          if (handshake.isRefused()) {
            Inboard.inboundTls().refused(channel.localPort(), channel.remote(), Refusal.TIMEOUT);
            return false;
          }
          first.compact();
          TlsPump pump = shake(first);
          // It was the handshake that waited; the request may have come just now.
          waited = 0;
          channel.unlimited();
          tls = pump;
          Inboard.inboundTls().accepted(channel.localPort(), true);
          return true;
        }
        case PLAIN -> {
          channel.unlimited();
          sniffed = first;
          plain = true;
          Inboard.inboundTls().accepted(channel.localPort(), false);
          return true;
        }
        case REFUSE -> {
          if (count >= 0) {
            Inboard.inboundTls().refused(channel.localPort(), channel.remote(), Refusal.PLAINTEXT);
            channel.answerPlaintext(first);
          }
          return false;
        }
      }
    }
  }

  private TlsPump shake(ByteBuffer first) throws IOException {
    InboundTls own = Inboard.inboundTls();
    try {
      TlsPump pump = new TlsPump(channel, own.engine(List.of("http/1.1")), first);
      pump.handshake();
      return pump;
    } catch (SSLException | SocketTimeoutException e) {
      own.refused(channel.localPort(), channel.remote(), Refusal.of(e));
      throw e;
    }
  }
}
