// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A blocking channel's bytes. Weak: the state of a connection must not keep its channel alive. */
final class ChannelBytes {
  private final WeakReference<SocketChannel> channel;

  /** When reads must end; 0: never. Reading thread only. */
  private long deadlineNanos;

  ChannelBytes(SocketChannel channel) {
    this.channel = new WeakReference<>(channel);
  }

  /** From now on reads fail when the time is up. A channel knows no timeout, its socket does. */
  void limit(int millis) {
    deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  void unlimited() throws IOException {
    deadlineNanos = 0;
    open().socket().setSoTimeout(0);
  }

  /** Reads at least one byte into a buffer with an array; -1 at the end. */
  int read(ByteBuffer into) throws IOException {
    if (deadlineNanos != 0) {
      return readInTime(into);
    }
    int count;
    do {
      count = open().read(into);
    } while (count == 0);
    return count;
  }

  private int readInTime(ByteBuffer into) throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
    if (left <= 0) {
      throw new SocketTimeoutException("the TLS handshake took too long");
    }
    Socket socket = open().socket();
    socket.setSoTimeout((int) left);
    int at = into.arrayOffset() + into.position();
    int count = socket.getInputStream().read(into.array(), at, into.remaining());
    if (count > 0) {
      into.position(into.position() + count);
    }
    return count;
  }

  void writeAll(ByteBuffer from) throws IOException {
    while (from.hasRemaining()) {
      open().write(from);
    }
  }

  /** Writes what the socket takes at once; only while nobody reads or writes. */
  void writeLast(ByteBuffer from) throws IOException {
    SocketChannel last = open();
    last.configureBlocking(false);
    last.write(from);
  }

  /** The server's selector has non-blocking channels, its requests have blocking ones. */
  void closeIfIdle() throws IOException {
    SocketChannel known = channel.get();
    if (known != null && !known.isBlocking()) {
      known.close();
    }
  }

  private SocketChannel open() throws IOException {
    SocketChannel known = channel.get();
    if (known == null) {
      throw new EOFException("the connection is gone");
    }
    return known;
  }
}
