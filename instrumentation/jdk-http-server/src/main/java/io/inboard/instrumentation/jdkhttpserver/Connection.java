// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.server.InboundConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
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

  /**
   * Null where nobody looks at its first bytes, and once somebody has. Written by whoever works on
   * it: the dispatcher, or the thread that the dispatcher gave it to.
   */
  private volatile Arrival arrival;

  /** Null until the arrival is among those that its server has. Dispatcher's thread. */
  private volatile Arrivals arrivals;

  Connection(ChannelBytes channel) {
    this.channel = channel;
    this.inbound =
        new InboundConnection(channel.local(), channel.remote(), InboundConnection.FEWEST_BYTES);
    this.arrival = inbound.isPlain() ? null : new Arrival(channel, inbound);
  }

  /** What is known of it below HTTP. */
  InboundConnection inbound() {
    return inbound;
  }

  /**
   * Bytes that were read already, for a read of the server's own that no hook could correct.
   *
   * @return how many; 0: none, or it is not plaintext
   */
  int handOn(byte[] bytes, int offset, int length) {
    return inbound.isPlain() ? inbound.handOn(ByteBuffer.wrap(bytes, offset, length)) : 0;
  }

  /** Decrypted bytes, -1 at the end, or {@link #PLAIN}. */
  int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (tls != null) {
      return tls.read(bytes, offset, length);
    }
    if (arrival != null && channel.isOpen()) {
      throw new IllegalStateException("a connection that was not seen to arrive");
    }
    if (!inbound.isPlain()) {
      return -1;
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

  /** The server closes it. Any thread. */
  void closed() {
    Arrival arriving = arrival;
    if (arriving != null) {
      arriving.closed();
      inbound.closed();
      Arrivals among = arrivals;
      if (among != null) {
        among.left(arriving);
      }
    }
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

  /**
   * Dispatcher's thread: bytes have come, or are left of the last read.
   *
   * @return whether no thread is to have them, for more must come
   */
  boolean awaitsMore(Object server, Object connection) {
    Arrival arriving = arrival;
    if (arriving != null && JdkMembers.isPlain(server)) {
      boolean enough = arriving.read();
      if (arriving.isOver()) {
        arrived(server, arriving);
      } else {
        arrivals = Arrivals.of(server);
        arrivals.enter(server, connection, arriving);
      }
      if (!enough) {
        arrivals.await(server, connection, arriving);
        return true;
      }
    }
    waited = System.nanoTime();
    return false;
  }

  /**
   * A thread of the executor has it.
   *
   * @return whether it is to leave the connection, for more must come
   */
  boolean taken(Object server, Object connection) {
    waited = waited == 0 ? 0 : System.nanoTime() - waited;
    Arrival arriving = arrival;
    // Closed meanwhile, and forgotten, if nobody has read.
    if (arriving == null || !arriving.isRead()) {
      return false;
    }
    arriving.shake();
    // It was the handshake that waited; the request may have come just now.
    waited = 0;
    if (!arriving.isOver()) {
      Arrivals.of(server).await(server, connection, arriving);
      return true;
    }
    tls = arriving.tls();
    if (tls != null && tls.available() == 0) {
      arrival = null;
      Arrivals.of(server).left(arriving);
      Arrivals.of(server).watch(server, connection);
      return true;
    }
    arrived(server, arriving);
    return false;
  }

  /** The server reads on, or closes it. */
  private void arrived(Object server, Arrival arriving) {
    arrival = null;
    Arrivals.of(server).left(arriving);
    try {
      channel.blocking(true);
    } catch (IOException e) {
      // Closed, which the server's next read shows.
    }
  }

  /** How long the request that is served now has waited for a thread, in nanoseconds. */
  long waitedNanos() {
    return waited;
  }
}
