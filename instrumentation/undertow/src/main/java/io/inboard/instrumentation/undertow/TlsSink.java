// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The writing half of a TLS connection, on top of its socket's. What is written counts as taken
 * once it is encrypted; {@link #flush} is false until the socket has it all.
 *
 * <p>One thread writes at a time, but any may close: a lock that nobody waits for guards all
 * fields, so that no buffer ever serves two connections. The socket is told of an end without it,
 * since that calls listeners.
 */
final class TlsSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
  private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};

  /** The data of one record (RFC 8446 section 5.1). */
  private static final int RECORD = 16 * 1024;

  private final SSLEngine engine;

  private final ReentrantLock lock = new ReentrantLock();

  /** Encrypted, in read mode; null when the socket has it all. */
  private ByteBuffer out;

  /** Whether no more is written. Volatile for {@link #isWriteShutdown}; written under the lock. */
  private volatile boolean closing;

  /** Whether the peer was told so, as far as the engine goes. */
  private boolean notified;

  /** Whether the socket was told, or is about to be. */
  private boolean terminated;

  TlsSink(StreamSinkConduit socket, SSLEngine engine) {
    super(socket);
    this.engine = engine;
  }

  /** Stands between the connection and its socket from now on. */
  void install(StreamConnection connection) {
    connection.getSinkChannel().setConduit(this);
  }

  /**
   * Sends what the engine owes the peer: of the handshake, or an alert.
   *
   * @return false: the socket takes no more for now, then again
   */
  boolean shake() throws IOException {
    lock.lock();
    try {
      if (!drain()) {
        return false;
      }
      wrap(NOTHING, 0, 1);
      return drain();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return (int) write(new ByteBuffer[] {source}, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    lock.lock();
    try {
      if (closing) {
        throw new ClosedChannelException();
      }
      long taken = 0;
      while (drain() && hasRemaining(sources, offset, length)) {
        SSLEngineResult result = wrap(sources, offset, length);
        taken += result.bytesConsumed();
        if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
          throw new ClosedChannelException();
        }
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int writeFinal(ByteBuffer source) throws IOException {
    return Conduits.writeFinalBasic(this, source);
  }

  @Override
  public long writeFinal(ByteBuffer[] sources, int offset, int length) throws IOException {
    return Conduits.writeFinalBasic(this, sources, offset, length);
  }

  /**
   * A file, record by record. What the socket did not take is read again: nothing is counted that
   * was not encrypted.
   */
  @Override
  public long transferFrom(FileChannel file, long position, long count) throws IOException {
    ByteBuffer through = RecordBuffers.take();
    try {
      long done = 0;
      while (done < count) {
        through.clear().limit((int) Math.min(RECORD, count - done));
        if (file.read(through, position + done) <= 0) {
          break;
        }
        through.flip();
        done += write(through);
        if (through.hasRemaining()) {
          break;
        }
      }
      return done;
    } finally {
      RecordBuffers.give(through);
    }
  }

  @Override
  public long transferFrom(StreamSourceChannel from, long count, ByteBuffer through)
      throws IOException {
    return Conduits.transfer(from, count, through, this);
  }

  private SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length) throws IOException {
    ByteBuffer into = RecordBuffers.take();
    SSLEngineResult result = engine.wrap(sources, offset, length, into);
    if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
      RecordBuffers.give(into);
      into = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      result = engine.wrap(sources, offset, length, into);
    }
    out = into.flip();
    return result;
  }

  /** Whether the socket has taken everything. */
  private boolean drain() throws IOException {
    while (out != null) {
      if (!out.hasRemaining()) {
        RecordBuffers.give(out);
        out = null;
      } else if (next.write(out) == 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean flush() throws IOException {
    boolean terminates;
    lock.lock();
    try {
      if (!isSettled()) {
        return false;
      }
      terminates = closing && !terminated;
      terminated |= terminates;
    } finally {
      lock.unlock();
    }
    if (terminates) {
      next.terminateWrites();
    }
    return next.flush();
  }

  /**
   * Whether the socket has taken everything, and at the end that it is the end. XNIO closes a
   * connection's socket first, and tells its conduits so afterwards: then nobody is left to be told
   * anything, which is no error, as it is none in plaintext. Nor is a peer that does not wait for
   * close_notify.
   */
  private boolean isSettled() throws IOException {
    try {
      return drain() && (!closing || notified());
    } catch (IOException e) {
      if (!closing || !(notified || e instanceof ClosedChannelException)) {
        throw e;
      }
      out = null;
      notified = true;
      return true;
    }
  }

  /** Tells the peer that nothing was cut off (close_notify); whether the socket has taken it. */
  private boolean notified() throws IOException {
    if (!notified) {
      notified = true;
      engine.closeOutbound();
      wrap(NOTHING, 0, 1);
    }
    return drain();
  }

  @Override
  public void terminateWrites() throws IOException {
    close();
    flush();
  }

  /** The peer is told that nothing was cut off, if that goes at once. */
  @Override
  public void truncateWrites() throws IOException {
    close();
    try {
      flush();
    } catch (IOException e) {
      // What is left is dropped in any case.
    } finally {
      lock.lock();
      out = null;
      notified = true;
      terminated = true;
      lock.unlock();
      next.truncateWrites();
    }
  }

  private void close() {
    lock.lock();
    closing = true;
    lock.unlock();
  }

  @Override
  public boolean isWriteShutdown() {
    return closing || next.isWriteShutdown();
  }

  private static boolean hasRemaining(ByteBuffer[] sources, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (sources[i].hasRemaining()) {
        return true;
      }
    }
    return false;
  }
}
