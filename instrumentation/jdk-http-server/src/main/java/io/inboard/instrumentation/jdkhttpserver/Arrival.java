// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import io.inboard.call.Inboard;
import io.inboard.call.Refusal;
import io.inboard.call.server.InboundConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A connection from its first byte to the end of its handshake. No thread waits for the peer
 * meanwhile, but for a flight that is larger than the socket's buffer: the dispatcher reads what
 * has come without blocking, and a thread of the server gets it only when there is something to do.
 * In between it waits in the server's selector, in the care of {@link Arrivals}.
 *
 * <p>Whoever has brought it from WAITING to BUSY works on it alone, so that nothing else here is
 * guarded; only {@link #expire} and {@link #closed} may come at any time from another thread.
 */
final class Arrival {
  private enum State {
    WAITING,
    BUSY,
    OVER
  }

  private final ChannelBytes channel;
  private final InboundConnection inbound;
  private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

  /** Its time is up. */
  private volatile boolean late;

  /** The server has closed the connection. */
  private volatile boolean closed;

  /** What came of the handshake, in write mode; null before its first two bytes. */
  private ByteBuffer in;

  /** Null until a thread has begun the handshake. */
  private TlsPump pump;

  Arrival(ChannelBytes channel, InboundConnection inbound) {
    this.channel = channel;
    this.inbound = inbound;
  }

  /**
   * Bytes have come, or their end. Dispatcher's thread.
   *
   * @return false: more must come before a thread has anything to do
   */
  boolean read() {
    if (!state.compareAndSet(State.WAITING, State.BUSY)) {
      return true;
    }
    try {
      channel.blocking(false);
      return in == null && !isHandshake() ? isOver() : isForThread();
    } catch (IOException gone) {
      state.set(State.OVER);
      return true;
    }
  }

  private boolean isHandshake() throws IOException {
    switch (inbound.next(channel)) {
      case TLS -> in = ByteBuffer.allocate(TlsPump.BUFFER).put(inbound.taken());
      case PLAIN, CLOSE -> state.set(State.OVER);
      case WAIT -> {}
    }
    return in != null;
  }

  /** A whole record, the end, or what cannot become a record. */
  private boolean isForThread() throws IOException {
    while (in.hasRemaining() && !TlsPump.isRecord(in)) {
      int count = channel.read(in);
      if (count <= 0) {
        return count < 0;
      }
    }
    return true;
  }

  /** Shakes hands as far as the peer has sent what that takes. A thread of the server. */
  void shake() {
    if (!isRead()) {
      return;
    }
    TlsPump shaking = pump;
    pump = null;
    try {
      if (!inbound.isLate()) {
        if (shaking == null) {
          shaking = new TlsPump(channel, Inboard.inboundTls().engine(List.of("http/1.1")), in);
        }
        if (!shaking.handshake()) {
          pump = shaking;
          return;
        }
        if (inbound.established(shaking.session())) {
          pump = shaking;
        }
      }
    } catch (EOFException gone) {
      // A peer that has changed its mind.
    } catch (IOException | RuntimeException e) {
      // What the peer has sent may be too much for JSSE. A connection that was closed under the
      // handshake says nothing about the peer.
      if (!closed) {
        inbound.failed(e);
      }
    }
    state.set(State.OVER);
  }

  /** Whether bytes were read that somebody works on. */
  boolean isRead() {
    return state.get() == State.BUSY;
  }

  /** Whether there is nothing more to wait for, for good or ill. */
  boolean isOver() {
    return state.get() == State.OVER;
  }

  /** TLS with the peer; null over plaintext, and of a connection that is to be closed. */
  TlsPump tls() {
    return isOver() ? pump : null;
  }

  /** How long the peer may take, in milliseconds. */
  long mostMillis() {
    return channel.lingers() ? ChannelBytes.LINGER_MILLIS : Inboard.inboundTls().handshakeMillis();
  }

  /**
   * Nobody works on it until the peer has sent more.
   *
   * @return false: its time is up, or the server has closed it
   */
  boolean await() {
    state.set(State.WAITING);
    return !closed && (!late || !expire());
  }

  /** The server has closed the connection. Any thread. */
  void closed() {
    closed = true;
  }

  /** Whether it is to wait no more, whatever comes of it. */
  boolean isDone() {
    return late || closed;
  }

  /** Where its peer is, as far as one peer is told from another; null when that is not known. */
  InetAddress peer() {
    return inbound.remote().getAddress();
  }

  /** Whether the peer was refused, and is awaited only to read why. */
  boolean lingers() {
    return channel.lingers();
  }

  /**
   * Its time is up. Any thread. One that is BUSY is to be closed as well: perhaps nobody ever takes
   * it from the executor's queue, or its thread waits for a peer that reads nothing.
   *
   * @return whether it is to be closed; else it has arrived before
   */
  boolean expire() {
    late = true;
    if (state.compareAndSet(State.WAITING, State.OVER)) {
      pump = null;
    } else if (isOver()) {
      return false;
    }
    if (inbound.isTls()) {
      inbound.refuse(Refusal.TIMEOUT);
    }
    return true;
  }
}
