// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.server.InboundConnection;
import io.inboard.call.server.LingerBudget;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A blocking channel's bytes. Weak: the state of a connection must not keep its channel alive. */
final class ChannelBytes implements InboundConnection.Peer {
  private final WeakReference<SocketChannel> channel;

  /** What bounds the reads; null: nothing does. Reading thread only. */
  private Patience patience;

  // Of a peer that was refused. Reading thread only.
  private long lingersUntil;
  private boolean lingers;

  /** How long a thread waits for a peer. */
  interface Patience {
    /** How long the next read may wait, in milliseconds; 0: no longer. */
    int millisToWait();

    /** A read has waited so long, with or without a byte at its end. */
    default void waited(long nanos) {}
  }

  ChannelBytes(SocketChannel channel) {
    this.channel = new WeakReference<>(channel);
  }

  /** From now on reads fail when the time is up. A channel knows no timeout, its socket does. */
  void limit(Patience by) {
    patience = by;
  }

  void unlimited() throws IOException {
    patience = null;
    open().socket().setSoTimeout(0);
  }

  /** Reads at least one byte into a buffer with an array; -1 at the end. */
  @Override
  public int read(ByteBuffer into) throws IOException {
    if (patience != null) {
      return readInTime(into);
    }
    int count;
    do {
      count = open().read(into);
    } while (count == 0);
    return count;
  }

  private int readInTime(ByteBuffer into) throws IOException {
    Socket socket = open().socket();
    int at = into.arrayOffset() + into.position();
    while (true) {
      int millis = patience.millisToWait();
      if (millis <= 0 && lingers) {
        return -1;
      }
      if (millis <= 0) {
        throw new SocketTimeoutException("the TLS handshake took too long");
      }
      long before = System.nanoTime();
      try {
        socket.setSoTimeout(millis);
        int count = socket.getInputStream().read(into.array(), at, into.remaining());
        if (count > 0) {
          into.position(into.position() + count);
        }
        return count;
      } catch (SocketTimeoutException stillSilent) {
        // Others may have come meanwhile, for whose sake this one has less time now.
      } finally {
        patience.waited(System.nanoTime() - before);
      }
    }
  }

  /** Writes what the socket takes without blocking; only while no other thread reads or writes. */
  void writeLast(ByteBuffer from) throws IOException {
    SocketChannel last = open();
    last.configureBlocking(false);
    last.write(from);
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    while (from.hasRemaining()) {
      open().write(from);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    open().shutdownOutput();
  }

  /** The thread is the application's: it waits as long as {@link LingerBudget} has time for it. */
  @Override
  public boolean linger() {
    int millis = LingerBudget.PROCESS.take();
    lingersUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    lingers = millis > 0;
    limit(() -> (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(lingersUntil - System.nanoTime())));
    return lingers;
  }

  /** Gives back what was not needed of the time for a refused peer, if any was taken. */
  void lingered() {
    if (lingers) {
      lingers = false;
      LingerBudget.PROCESS.giveBack(lingersUntil - System.nanoTime());
    }
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

  /** Where the peer is. */
  InetAddress peer() {
    return remote() instanceof InetSocketAddress address
        ? address.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  private SocketChannel open() throws IOException {
    SocketChannel known = channel.get();
    if (known == null) {
      throw new EOFException("the connection is gone");
    }
    return known;
  }
}
