// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;

/**
 * The body of a response of which nobody knows whether the application gets it: no more of it is
 * asked for than the library takes by itself, until it is known. The library's thread brings it;
 * any thread decides.
 */
final class Held implements AsyncDataConsumer {
  /** What is read, at most, of a body that nobody sees, so that its connection is kept. */
  private static final int MOST_DRAINED = 1 << 16;

  private final Runnable tooMuch;

  // All guarded by this.
  private ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private CapacityChannel capacity;
  private int drained;
  private boolean drains;
  private boolean taken;

  /** Null for a response without one, or one whose body nobody wants. */
  private AsyncDataConsumer consumer;

  private boolean ended;
  private List<? extends Header> trailers;

  /**
   * @param tooMuch runs when there is more to drain than a connection is worth
   */
  Held(Runnable tooMuch) {
    this.tooMuch = tooMuch;
  }

  /** Whether the application has it. */
  synchronized boolean isTaken() {
    return taken;
  }

  /** Nobody sees it. */
  void drain() {
    CapacityChannel open;
    synchronized (this) {
      drains = true;
      kept = null;
      open = capacity;
    }
    if (open != null) {
      try {
        open.update(MOST_DRAINED);
      } catch (IOException e) {
        tooMuch.run();
      }
    }
  }

  /**
   * The application sees it.
   *
   * @param own null: not its body
   */
  synchronized void passTo(AsyncDataConsumer own) {
    taken = true;
    consumer = own;
    byte[] first = kept.toByteArray();
    kept = null;
    try {
      if (own == null) {
        if (capacity != null) {
          capacity.update(Integer.MAX_VALUE);
        }
        return;
      }
      if (first.length > 0) {
        own.consume(ByteBuffer.wrap(first));
      }
      if (capacity != null) {
        own.updateCapacity(capacity);
      }
      if (ended) {
        own.streamEnd(trailers);
      }
    } catch (IOException | HttpException e) {
      tooMuch.run();
    }
  }

  @Override
  public synchronized void updateCapacity(CapacityChannel channel) throws IOException {
    capacity = channel;
    if (taken && consumer != null) {
      consumer.updateCapacity(channel);
    } else if (taken) {
      channel.update(Integer.MAX_VALUE);
    } else if (drains) {
      channel.update(MOST_DRAINED);
    }
  }

  @Override
  public synchronized void consume(ByteBuffer piece) throws IOException {
    if (taken && consumer != null) {
      consumer.consume(piece);
      return;
    }
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    if (drains) {
      drained += bytes.length;
      if (drained > MOST_DRAINED) {
        tooMuch.run();
      }
    } else if (kept != null) {
      kept.write(bytes, 0, bytes.length);
    }
  }

  @Override
  public synchronized void streamEnd(List<? extends Header> last)
      throws HttpException, IOException {
    ended = true;
    trailers = last;
    if (consumer != null) {
      consumer.streamEnd(last);
    }
  }

  @Override
  public void releaseResources() {
    AsyncDataConsumer own;
    synchronized (this) {
      own = consumer;
    }
    if (own != null) {
      own.releaseResources();
    }
  }
}
