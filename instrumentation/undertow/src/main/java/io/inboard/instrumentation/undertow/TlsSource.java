// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.undertow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The reading half of a TLS connection, on top of its socket's.
 *
 * <p>One thread reads at a time, but any may close, and the I/O thread asks what is left: a lock
 * that nobody waits for guards all fields, so that no buffer ever serves two connections. The lock
 * of {@link TlsSink} may be taken while this one is held, never the other way round.
 *
 * <p>The socket's selector does not know of what was read from it and not handed on yet. So reads
 * that are resumed while there is something are woken up, and so they are after a reader that has
 * left something.
 */
final class TlsSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SSLEngine engine;
  private final ReentrantLock lock = new ReentrantLock();

  /** Encrypted, in read mode; null when there is nothing. */
  private ByteBuffer in;

  /** Decrypted, in read mode, where the reader's buffer was too small; null when there is none. */
  private ByteBuffer plain;

  /** Whether {@link #in} may begin with a whole record; else the next one is cut. */
  private boolean mayHoldRecord;

  private boolean ended;

  /** Whom to tell of bytes. Volatile, since XNIO lets any thread set it. */
  private volatile ReadReadyHandler handler;

  /**
   * @param taken what was read from the socket already, in read mode; at most a record
   */
  TlsSource(StreamSourceConduit socket, SSLEngine engine, ByteBuffer... taken) {
    super(socket);
    this.engine = engine;
    this.in = RecordBuffers.take();
    for (ByteBuffer bytes : taken) {
      in.put(bytes);
    }
    in.flip();
    this.mayHoldRecord = in.hasRemaining();
  }

  /** Stands between the connection and its socket from now on. */
  void install(StreamConnection connection) {
    handler = new ReadReadyHandler.ChannelListenerHandler<>(connection.getSourceChannel());
    connection.getSourceChannel().setConduit(this);
    next.setReadReadyHandler(new Ready());
  }

  /**
   * Takes one record of the handshake in.
   *
   * @return 1; 0: more must come; -1 at the end
   */
  int shake() throws IOException {
    lock.lock();
    try {
      return shakeLocked();
    } finally {
      lock.unlock();
    }
  }

  private int shakeLocked() throws IOException {
    while (true) {
      if (!mayHoldRecord) {
        int count = ended ? -1 : fill();
        if (count <= 0) {
          return count;
        }
      }
      switch (unwrap(NOTHING).getStatus()) {
        case OK -> {
          return 1;
        }
        case BUFFER_UNDERFLOW -> {}
        case BUFFER_OVERFLOW -> throw new SSLException("data before the end of the handshake");
        case CLOSED -> {
          return -1;
        }
      }
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    lock.lock();
    try {
      return target.hasRemaining() ? readLocked(target) : 0;
    } finally {
      lock.unlock();
    }
  }

  private int readLocked(ByteBuffer target) throws IOException {
    while (plain == null) {
      if (ended) {
        return -1;
      }
      if (!mayHoldRecord) {
        int count = fill();
        if (count == 0) {
          forget();
          return 0;
        }
        if (count < 0) {
          end();
          return -1;
        }
      }
      SSLEngineResult result = unwrap(target);
      switch (result.getStatus()) {
        case OK -> {
          afterwards(result);
          if (result.bytesProduced() > 0) {
            return result.bytesProduced();
          }
        }
        case BUFFER_UNDERFLOW -> {}
        case BUFFER_OVERFLOW -> intoPlain();
        case CLOSED -> {
          end();
          return -1;
        }
      }
    }
    int count = Math.min(target.remaining(), plain.remaining());
    target.put(plain.slice().limit(count));
    plain.position(plain.position() + count);
    if (!plain.hasRemaining()) {
      RecordBuffers.give(plain);
      plain = null;
    }
    return count;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      if (targets[i].hasRemaining()) {
        return read(targets[i]);
      }
    }
    return 0;
  }

  @Override
  public long transferTo(long position, long count, FileChannel target) throws IOException {
    return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
  }

  @Override
  public long transferTo(long count, ByteBuffer through, StreamSinkChannel target)
      throws IOException {
    return Conduits.transfer(this, count, through, target);
  }

  /**
   * The record that does not fit into the reader's buffer, by what its head says; the rest of it
   * may not have come.
   */
  private void intoPlain() throws IOException {
    ByteBuffer whole = RecordBuffers.take();
    SSLEngineResult result = unwrap(whole);
    if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
      throw new SSLException("a TLS record is too large");
    }
    if (whole.position() == 0) {
      RecordBuffers.give(whole);
    } else {
      plain = whole.flip();
    }
    if (result.getStatus() == SSLEngineResult.Status.OK) {
      afterwards(result);
    }
  }

  private SSLEngineResult unwrap(ByteBuffer target) throws SSLException {
    SSLEngineResult result = engine.unwrap(in, target);
    mayHoldRecord =
        result.getStatus() != SSLEngineResult.Status.BUFFER_UNDERFLOW && in.hasRemaining();
    return result;
  }

  /**
   * What the peer sent beside data. A key update is answered with the next record that we write
   * (RFC 8446 section 4.6.3 asks for no more); a renegotiation is not spoken, since who the peer is
   * was settled by the handshake.
   */
  private void afterwards(SSLEngineResult result) throws SSLException {
    if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
      runTasks(engine);
    }
    if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_UNWRAP
        || (result.bytesConsumed() == 0 && result.bytesProduced() == 0)) {
      throw new SSLException("the peer begins another handshake");
    }
  }

  /** Runs them here: some milliseconds at most, as Undertow itself does it. */
  static void runTasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private int fill() throws IOException {
    if (in == null) {
      in = RecordBuffers.take().limit(0);
    }
    in.compact();
    try {
      if (!in.hasRemaining()) {
        // Until the handshake ends, JSSE waits for records of 33 KB, which TLS does not allow.
        throw new SSLException("a TLS record is too large");
      }
      int count = next.read(in);
      mayHoldRecord = count > 0;
      return count;
    } finally {
      in.flip();
    }
  }

  /** An idle connection holds no buffer. */
  private void forget() {
    if (in != null && !in.hasRemaining()) {
      RecordBuffers.give(in);
      in = null;
    }
  }

  private void end() {
    ended = true;
    mayHoldRecord = false;
    in = null;
    plain = null;
  }

  private boolean isBuffered() {
    lock.lock();
    try {
      return plain != null || mayHoldRecord;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void terminateReads() throws IOException {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
    next.terminateReads();
  }

  @Override
  public void resumeReads() {
    if (isBuffered()) {
      next.wakeupReads();
    } else {
      next.resumeReads();
    }
  }

  @Override
  public void awaitReadable() throws IOException {
    if (!isBuffered()) {
      next.awaitReadable();
    }
  }

  @Override
  public void awaitReadable(long time, TimeUnit unit) throws IOException {
    if (!isBuffered()) {
      next.awaitReadable(time, unit);
    }
  }

  @Override
  public void setReadReadyHandler(ReadReadyHandler handler) {
    this.handler = handler;
  }

  /** On the connection's I/O thread. */
  private final class Ready implements ReadReadyHandler {
    @Override
    public void readReady() {
      handler.readReady();
      if (next.isReadResumed() && isBuffered()) {
        next.wakeupReads();
      }
    }

    @Override
    public void forceTermination() {
      handler.forceTermination();
    }

    @Override
    public void terminated() {
      handler.terminated();
    }
  }
}
