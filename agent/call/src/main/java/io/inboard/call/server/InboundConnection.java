// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.Inboard;
import io.inboard.call.InboundTls;
import io.inboard.call.InboundTls.Mode;
import io.inboard.call.PeerIdentity;
import io.inboard.call.Refusal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSession;

/**
 * One accepted connection, below HTTP: undecided until its first bytes, then mutual TLS of ours or
 * the application's own bytes for good. Plaintext where only TLS is accepted is answered, if it is
 * HTTP, and closed. What becomes of the connection is counted once. The treatment of its port is
 * that of the moment it was accepted.
 *
 * <p>The adapter asks {@link #next} whenever bytes may have come, until it says {@link Next#PLAIN},
 * {@link Next#CLOSE}, or {@link Next#TLS}; then it shakes hands with an engine of {@link
 * InboundTls#engine}, fed {@link #taken} first, and ends that with {@link #established} or {@link
 * #failed}. The thread that reads calls these; any thread may ask what the connection is.
 */
public final class InboundConnection {
  /** Enough to tell TLS from plaintext; a reader with a larger buffer may take more at once. */
  public static final int FEWEST_BYTES = 2;

  /** For the rest of a request that is refused. */
  private static final int REFUSED_BYTES = 1024;

  /** A server's timer ends what takes too long, with a clock of milliseconds. */
  private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private enum State {
    SILENT,
    SHAKING,
    MUTUAL,
    PLAIN,
    REFUSED,
    CLOSED
  }

  /** What the adapter does. */
  public enum Next {
    /** Wait for more bytes; only where {@link Peer#read} does not. */
    WAIT,
    /** Shake hands, or go on with that. */
    TLS,
    /** Leave the bytes to the server, {@link #handOn} first. */
    PLAIN,
    /** Close the connection. */
    CLOSE
  }

  /** The connection's bytes, as the library reads and writes them. */
  public interface Peer {
    /**
     * Reads into a buffer with an array.
     *
     * @return how many bytes; -1 at the end; 0 if there are none now, where reads do not block
     */
    int read(ByteBuffer into) throws IOException;

    /** Writes a few hundred bytes, which the empty buffer of the socket takes at once. */
    void write(ByteBuffer answer) throws IOException;

    /** Says that no more will be written, so that the peer reads the answer to its end. */
    void shutdownOutput() throws IOException;

    /**
     * What was refused is awaited from now on, to be thrown away: bounds the reads by a short time,
     * at whose end they fail or return -1, or the connection is closed. Called once at most.
     *
     * @return false: there is no time for it, close at once
     */
    boolean linger();
  }

  private final InboundTls tls;
  private final Mode mode;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final int capacity;
  private final LongSupplier nanoTime;

  /** Null until it is needed. Bytes that were read and not handed on, in read mode. */
  private ByteBuffer bytes;

  private volatile State state;

  /** Whether the end of a handshake was counted, be it as good or as refused. */
  private final AtomicBoolean counted = new AtomicBoolean();

  private long handshakeEnd;

  /** Written before {@link #state} becomes MUTUAL. */
  private SSLSession session;

  /** Null until the peer was answered. */
  private PlaintextAnswer rest;

  private boolean lingers;

  /**
   * A connection that was just accepted.
   *
   * @param local the port that accepted it; null, if it is gone, counts as port 0. What is no port
   *     (a Unix domain socket) is left alone, since its peers are on this machine
   * @param remote the other side; null or of another kind when it is gone
   * @param capacity how many bytes may be read before it is clear what they are; at least {@link
   *     #FEWEST_BYTES}
   */
  public InboundConnection(SocketAddress local, SocketAddress remote, int capacity) {
    this(Inboard.inboundTls(), local, remote, capacity, System::nanoTime);
  }

  InboundConnection(
      InboundTls tls,
      SocketAddress local,
      SocketAddress remote,
      int capacity,
      LongSupplier nanoTime) {
    this.tls = tls;
    this.local = inet(local);
    this.remote = inet(remote);
    this.capacity = capacity;
    this.nanoTime = nanoTime;
    boolean hasPort = local == null || local instanceof InetSocketAddress;
    this.mode = hasPort ? tls.mode(this.local.getPort()) : Mode.DISABLE;
    this.state = mode == Mode.DISABLE ? State.PLAIN : State.SILENT;
  }

  private static InetSocketAddress inet(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet
        : InetSocketAddress.createUnresolved("unknown", 0);
  }

  /** Reads as far as it takes to tell, and says what the adapter does. */
  public Next next(Peer peer) throws IOException {
    if (state == State.SILENT) {
      listen(peer);
    }
    if (state == State.REFUSED) {
      return dismiss(peer);
    }
    return switch (state) {
      case SILENT -> Next.WAIT;
      case PLAIN -> Next.PLAIN;
      case SHAKING -> isLate() ? Next.CLOSE : Next.TLS;
      case MUTUAL -> Next.TLS;
      case REFUSED, CLOSED -> Next.CLOSE;
    };
  }

  private void listen(Peer peer) throws IOException {
    int count = 1;
    while (state == State.SILENT && count != 0) {
      count = read(peer);
      if (count < 0) {
        // A probe that connects and goes: where plaintext is served, the server closes it as
        // always.
        state = mode == Mode.STRICT ? State.CLOSED : State.PLAIN;
      } else if (count > 0) {
        decide();
      }
    }
  }

  /** A TLS record begins with 0x16 0x03 (RFC 8446 section 5.1). */
  private void decide() {
    boolean handshake = bytes.get(bytes.position()) == 0x16;
    if (handshake && bytes.remaining() < FEWEST_BYTES) {
      return;
    }
    if (handshake && bytes.get(bytes.position() + 1) == 0x03) {
      handshakeEnd = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(tls.handshakeMillis());
      state = State.SHAKING;
    } else if (mode == Mode.STRICT) {
      refuse(Refusal.PLAINTEXT);
      state = State.REFUSED;
    } else {
      tls.accepted(local.getPort(), false);
      state = State.PLAIN;
    }
  }

  /**
   * Answers plaintext where only TLS is accepted, then reads what the peer still sends: what a
   * connection leaves unread when it is closed resets it, and the answer may be lost with it.
   */
  private Next dismiss(Peer peer) throws IOException {
    while (true) {
      if (rest == null) {
        switch (PlaintextAnswer.looks(bytes)) {
          case FOREIGN -> {
            return close();
          }
          case HTTP -> {
            peer.write(PlaintextAnswer.to(bytes));
            peer.shutdownOutput();
            rest = new PlaintextAnswer();
          }
          case PERHAPS -> {}
        }
      }
      if (rest != null) {
        rest.take(bytes);
        if (rest.ended()) {
          return close();
        }
      }
      if (!lingers) {
        lingers = true;
        if (!peer.linger()) {
          return close();
        }
      }
      int count = read(peer);
      if (count <= 0) {
        return count == 0 ? Next.WAIT : close();
      }
    }
  }

  private Next close() {
    state = State.CLOSED;
    return Next.CLOSE;
  }

  private int read(Peer peer) throws IOException {
    if (bytes == null) {
      bytes = ByteBuffer.allocate(capacity).limit(0);
    } else if (state == State.REFUSED && bytes.capacity() < REFUSED_BYTES) {
      bytes = ByteBuffer.allocate(REFUSED_BYTES).put(bytes).flip();
    }
    bytes.compact();
    try {
      return peer.read(bytes);
    } finally {
      bytes.flip();
    }
  }

  /**
   * The bytes that were read, from position to limit, for a handshake. Its capacity is that of the
   * constructor; the connection needs it no more.
   */
  public ByteBuffer taken() {
    ByteBuffer taken = bytes;
    bytes = null;
    return taken;
  }

  /**
   * Copies bytes that were read to tell what they are to the reader of plaintext.
   *
   * @return how many; 0 when there are none left
   */
  public int handOn(ByteBuffer target) {
    int count = Math.min(early(), target.remaining());
    for (int i = 0; i < count; i++) {
      target.put(bytes.get());
    }
    if (early() == 0) {
      bytes = null;
    }
    return count;
  }

  /** How many bytes {@link #handOn} has left. */
  public int early() {
    return bytes == null ? 0 : bytes.remaining();
  }

  /**
   * A handshake has ended well.
   *
   * @return false if its peer proved nothing all the same, for its certificate has expired, or its
   *     root was removed, since a session that was resumed began; or if it was refused meanwhile by
   *     another thread: close
   */
  public boolean established(SSLSession with) {
    if (tls.peer(with).isEmpty()) {
      refuse(tls.lapsed(with));
      return false;
    }
    if (!counted.compareAndSet(false, true)) {
      return false;
    }
    session = with;
    state = State.MUTUAL;
    tls.accepted(local.getPort(), true);
    return true;
  }

  /** A handshake has ended with an error; the connection is to be closed. */
  public void failed(Throwable error) {
    refuse(Refusal.of(error));
  }

  /** Whether a handshake has taken too long, which is counted; the connection is to be closed. */
  public boolean isLate() {
    return isLate(0);
  }

  /**
   * The connection was closed, perhaps by the server's timer in the middle of a handshake. Any
   * thread.
   */
  public void closed() {
    isLate(EARLY_NANOS);
  }

  private boolean isLate(long earlyNanos) {
    if (state != State.SHAKING || nanoTime.getAsLong() - handshakeEnd <= -earlyNanos) {
      return false;
    }
    refuse(Refusal.TIMEOUT);
    return true;
  }

  /**
   * Counts a refusal, unless the connection has been counted; the adapter closes it. Any thread.
   */
  public void refuse(Refusal why) {
    if (counted.compareAndSet(false, true)) {
      tls.refused(local.getPort(), remote, why);
    }
  }

  /** Whether nothing has come yet that tells what the connection speaks. */
  public boolean isUndecided() {
    return state == State.SILENT;
  }

  /**
   * Whether it may wait for its first byte only as long as for a handshake ({@link
   * InboundTls#handshakeMillis}). Where plaintext is served, that byte may be the application's,
   * which waits as long as the application says.
   */
  public boolean awaitsHandshake() {
    return state == State.SILENT && mode == Mode.STRICT;
  }

  /** Whether its bytes are the application's own. */
  public boolean isPlain() {
    return state == State.PLAIN;
  }

  /** Whether it speaks TLS of ours, during the handshake or after it. */
  public boolean isTls() {
    return state == State.SHAKING || state == State.MUTUAL;
  }

  /** Whether the peer has proved who it is, when the connection began. */
  public boolean isMutualTls() {
    return state == State.MUTUAL;
  }

  /** Whether bytes may be written as they are: not before a peer of a STRICT port has spoken. */
  public boolean mayWritePlaintext() {
    return state == State.PLAIN || (state == State.SILENT && mode != Mode.STRICT);
  }

  /**
   * Who the peer is; empty over plaintext. Asked for each request: a connection may live longer
   * than the certificate that began it.
   */
  public Optional<PeerIdentity> peer() {
    return isMutualTls() ? tls.peer(session) : Optional.empty();
  }

  /** Why {@link #peer} is empty where {@link #isMutualTls} is true. */
  public Refusal lapsed() {
    return tls.lapsed(session);
  }

  /** The port that accepted it, and its address; port 0 if it has none. */
  public InetSocketAddress local() {
    return local;
  }

  /** The other side; unresolved when it is gone. */
  public InetSocketAddress remote() {
    return remote;
  }
}
