// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.LingerBudget;
import io.inboard.call.PlaintextAnswer;
import io.inboard.call.PlaintextAnswer.Looks;
import java.io.EOFException;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A blocking channel's bytes. Weak: the state of a connection must not keep its channel alive. */
final class ChannelBytes {
  private final WeakReference<SocketChannel> channel;

  /** What bounds the reads; null: nothing does. Reading thread only. */
  private Patience patience;

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
  int read(ByteBuffer into) throws IOException {
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

  void writeAll(ByteBuffer from) throws IOException {
    while (from.hasRemaining()) {
      open().write(from);
    }
  }

  /** Writes what the socket takes without blocking; only while no other thread reads or writes. */
  void writeLast(ByteBuffer from) throws IOException {
    SocketChannel last = open();
    last.configureBlocking(false);
    last.write(from);
  }

  /**
   * Answers plaintext where only TLS is accepted, if it is HTTP; the connection is closed after it.
   * The thread is the application's: what is still to come of the request is awaited only as long
   * as {@link LingerBudget} has time for it.
   *
   * @param first what was read, in read mode, in a buffer with an array
   */
  void answerPlaintext(ByteBuffer first) throws IOException {
    Looks looks = PlaintextAnswer.looks(first);
    if (looks == Looks.FOREIGN) {
      return;
    }
    int millis = 0;
    long since = System.nanoTime();
    try {
      while (looks == Looks.PERHAPS) {
        millis = millis == 0 ? lingering() : millis;
        first.compact();
        int count = millis == 0 ? -1 : read(first);
        first.flip();
        if (count < 0) {
          return;
        }
        looks = PlaintextAnswer.looks(first);
      }
      if (looks == Looks.FOREIGN) {
        return;
      }
      writeAll(PlaintextAnswer.to(first));
      open().shutdownOutput();
      PlaintextAnswer rest = new PlaintextAnswer();
      rest.take(first);
      while (!rest.ended()) {
        millis = millis == 0 ? lingering() : millis;
        first.clear();
        if (millis == 0 || read(first) < 0) {
          return;
        }
        rest.take(first.flip());
      }
    } catch (SocketTimeoutException notInTime) {
      // It was answered, or is too slow to be.
    } finally {
      if (millis > 0) {
        LingerBudget.PROCESS.giveBack(
            TimeUnit.MILLISECONDS.toNanos(millis) - (System.nanoTime() - since));
      }
    }
  }

  private int lingering() {
    int millis = LingerBudget.PROCESS.take();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    limit(() -> (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
    return millis;
  }

  int localPort() {
    SocketChannel known = channel.get();
    return known == null ? 0 : Connections.port(known);
  }

  /** The other side; unresolved when it is gone. */
  InetSocketAddress remote() {
    SocketChannel known = channel.get();
    try {
      return known != null && known.getRemoteAddress() instanceof InetSocketAddress address
          ? address
          : InetSocketAddress.createUnresolved("unknown", 0);
    } catch (IOException closed) {
      return InetSocketAddress.createUnresolved("unknown", 0);
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
  InetAddress peer() throws IOException {
    return open().getRemoteAddress() instanceof InetSocketAddress address
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
