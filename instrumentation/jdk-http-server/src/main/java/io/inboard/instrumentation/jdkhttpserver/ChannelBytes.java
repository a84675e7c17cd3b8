// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.server.InboundConnection;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A channel's bytes, which blocks except while the connection is an {@link Arrival}. Weak: the
 * state of a connection must not keep its channel alive.
 */
final class ChannelBytes implements InboundConnection.Peer {
  /** How long a peer that was refused may take to read why. */
  static final int LINGER_MILLIS = 250;

  private final WeakReference<SocketChannel> channel;

  private boolean lingers;

  ChannelBytes(SocketChannel channel) {
    this.channel = new WeakReference<>(channel);
  }

  /** Whether reads wait for the peer, as the server's own do. */
  void blocking(boolean blocks) throws IOException {
    open().configureBlocking(blocks);
  }

  /**
   * Reads into a buffer with an array that has room.
   *
   * @return how many bytes; -1 at the end; 0 only where the channel does not block
   */
  @Override
  public int read(ByteBuffer into) throws IOException {
    SocketChannel from = open();
    int count;
    do {
      count = from.read(into);
    } while (count == 0 && from.isBlocking());
    return count;
  }

  /** Writes what the socket takes without blocking; only while no other thread reads or writes. */
  void writeLast(ByteBuffer from) throws IOException {
    SocketChannel last = open();
    last.configureBlocking(false);
    last.write(from);
  }

  /**
   * Writes all of it. What is written while the channel does not block fits the socket's empty
   * buffer; if it should not, this waits for the peer, until the time of its {@link Arrival} is up
   * and the channel is closed.
   */
  @Override
  public void write(ByteBuffer from) throws IOException {
    SocketChannel to = open();
    to.write(from);
    if (from.hasRemaining()) {
      boolean blocks = to.isBlocking();
      to.configureBlocking(true);
      while (from.hasRemaining()) {
        to.write(from);
      }
      to.configureBlocking(blocks);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    open().shutdownOutput();
  }

  /** It holds no thread, so there is always time for it. */
  @Override
  public boolean linger() {
    lingers = true;
    return true;
  }

  /** Whether the peer was refused and is awaited, for {@link #LINGER_MILLIS}. */
  boolean lingers() {
    return lingers;
  }

  /** The address that accepted the connection; null when it is gone. */
  SocketAddress local() {
    SocketChannel known = channel.get();
    return known == null ? null : local(known);
  }

  /** The same of any channel. */
  static SocketAddress local(SocketChannel of) {
    try {
      return of.getLocalAddress();
    } catch (IOException closed) {
      return null;
    }
  }

  /** The other side; null when it is gone. */
  SocketAddress remote() {
    SocketChannel known = channel.get();
    try {
      return known == null ? null : known.getRemoteAddress();
    } catch (IOException closed) {
      return null;
    }
  }

  /** The server's selector has non-blocking channels, its requests have blocking ones. */
  void closeIfIdle() throws IOException {
    SocketChannel known = channel.get();
    if (known != null && !known.isBlocking()) {
      known.close();
    }
  }

  boolean isOpen() {
    SocketChannel known = channel.get();
    return known != null && known.isOpen();
  }

  private SocketChannel open() throws IOException {
    SocketChannel known = channel.get();
    if (known == null) {
      throw new EOFException("the connection is gone");
    }
    return known;
  }
}
