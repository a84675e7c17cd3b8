// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * TLS over a channel, which blocks from the end of the handshake on; before, only a flight that is
 * larger than the socket's buffer waits for the peer. One thread reads at a time and one writes;
 * what they share (the engine's outbound half, since a reader answers a key update) is guarded by
 * {@code outLock}.
 */
final class TlsPump {
  /** A TLS record at its largest, with what JSSE adds (RFC 8446 section 5.2). */
  static final int BUFFER = 17 * 1024;

  /** Type, version and length; RFC 8446 section 5.1. */
  private static final int HEADER = 5;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ChannelBytes channel;
  private final SSLEngine engine;

  /** Encrypted bytes, in write mode between calls; reading thread only. */
  private final ByteBuffer in;

  /** Decrypted bytes, in read mode between calls; reading thread only. */
  private final ByteBuffer plain = ByteBuffer.allocate(BUFFER).limit(0);

  /** Whether the handshake was begun; whoever shakes hands. */
  private boolean begun;

  private final ReentrantLock outLock = new ReentrantLock();

  /** Held while a thread reads; only close waits for it. */
  private final ReentrantLock inLock = new ReentrantLock();

  /** Guarded by outLock. */
  private final ByteBuffer out = ByteBuffer.allocate(BUFFER);

  /**
   * @param read bytes of the handshake that were taken from the channel already, in write mode,
   *     with room for a whole record
   */
  TlsPump(ChannelBytes channel, SSLEngine engine, ByteBuffer read) {
    this.channel = channel;
    this.engine = engine;
    this.in = read;
  }

  /**
   * Shakes hands, with what the peer has sent where the channel does not block.
   *
   * @return false: the peer must send more, then again
   */
  boolean handshake() throws IOException {
    if (!begun) {
      begun = true;
      engine.beginHandshake();
    }
    while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
        int taken = unwrap();
        if (taken < 0) {
          throw new EOFException("the peer closed the connection during the handshake");
        }
        if (taken == 0) {
          return false;
        }
      }
      answer();
    }
    return true;
  }

  int read(byte[] bytes, int offset, int length) throws IOException {
    inLock.lock();
    try {
      while (!plain.hasRemaining()) {
        if (unwrap() < 0) {
          return -1;
        }
        answer();
      }
      int count = Math.min(length, plain.remaining());
      plain.get(bytes, offset, count);
      return count;
    } finally {
      inLock.unlock();
    }
  }

  void write(ByteBuffer from) throws IOException {
    outLock.lock();
    try {
      while (from.hasRemaining()) {
        wrap(from);
      }
    } finally {
      outLock.unlock();
    }
  }

  /** What can be read without a wait. A record that is cut waits for its rest in the selector. */
  int available() {
    if (plain.hasRemaining()) {
      return plain.remaining();
    }
    return isRecord(in) ? in.position() : 0;
  }

  /** Whether bytes, in write mode, begin with a whole record. */
  static boolean isRecord(ByteBuffer bytes) {
    return bytes.position() >= HEADER
        && bytes.position() >= HEADER + ((bytes.get(3) & 0xff) << 8 | bytes.get(4) & 0xff);
  }

  SSLSession session() {
    return engine.getSession();
  }

  /**
   * Tells the peer that nothing was cut off (close_notify). Does not block: the server's dispatcher
   * and timer close connections too, some because their peer has stopped reading.
   */
  void closeNotify() {
    if (!outLock.tryLock()) {
      return;
    }
    try {
      if (!inLock.tryLock()) {
        return;
      }
      try {
        engine.closeOutbound();
        out.clear();
        engine.wrap(NOTHING, out);
        out.flip();
        channel.writeLast(out);
      } finally {
        inLock.unlock();
      }
    } catch (IOException | RuntimeException peerIsGone) {
      // The peer is gone.
    } finally {
      outLock.unlock();
    }
  }

  /** Runs tasks and sends what the engine owes the peer. */
  private void answer() throws IOException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> {
          for (Runnable r = engine.getDelegatedTask(); r != null; r = engine.getDelegatedTask()) {
            r.run();
          }
        }
        case NEED_WRAP -> {
          outLock.lock();
          try {
            wrap(NOTHING);
          } finally {
            outLock.unlock();
          }
        }
        default -> {
          return;
        }
      }
    }
  }

  private void wrap(ByteBuffer from) throws IOException {
    out.clear();
    SSLEngineResult result = engine.wrap(from, out);
    out.flip();
    channel.write(out);
    if (result.getStatus() == SSLEngineResult.Status.CLOSED && from.hasRemaining()) {
      throw new SSLException("the TLS connection is closed");
    }
  }

  /**
   * Takes one record in.
   *
   * @return 1; 0 where the channel does not block and there is none yet; -1 at the end
   */
  private int unwrap() throws IOException {
    plain.compact();
    try {
      while (true) {
        in.flip();
        SSLEngineResult result;
        try {
          result = engine.unwrap(in, plain);
        } catch (SSLException e) {
          sendAlert();
          throw e;
        } finally {
          in.compact();
        }
        switch (result.getStatus()) {
          case BUFFER_UNDERFLOW -> {
            if (!in.hasRemaining()) {
              // Until the handshake ends, JSSE waits for records of 33 KB, which TLS does not
              // allow.
              throw new SSLException("a TLS record is too large");
            }
            int count = channel.read(in);
            if (count <= 0) {
              return count;
            }
          }
          case CLOSED -> {
            return -1;
          }
          default -> {
            return 1;
          }
        }
      }
    } finally {
      plain.flip();
    }
  }

  /** Tells the peer why; the connection is lost in any case. */
  private void sendAlert() {
    outLock.lock();
    try {
      wrap(NOTHING);
    } catch (IOException e) {
      // The reason that counts is the one being thrown.
    } finally {
      outLock.unlock();
    }
  }
}
