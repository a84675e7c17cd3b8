// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import io.inboard.call.Call;
import io.inboard.call.client.KeptBody;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;

/**
 * The body of a hop while it is sent, attempt by attempt: of one that the application can produce
 * once, a copy is kept and sent before the rest of it; and whose failure it is when that fails, the
 * connection's or the application's. Produced by the threads of the attempts' connections, one at a
 * time: an attempt that was given up may still be at it. No lock is held meanwhile: the application
 * may have its own.
 */
final class SentBody {
  private final AsyncEntityProducer own;
  private final boolean once;
  private final KeptBody kept;
  private final Call call;

  /** Whether a thread is at it; who has set it may. */
  private final AtomicBoolean busy = new AtomicBoolean();

  private volatile Round turn;
  private volatile boolean disturbed;

  /** Whether the application has said that it is complete. */
  private volatile boolean ended;

  /** Written before that. */
  private List<? extends Header> trailers;

  SentBody(AsyncEntityProducer own, HopRequest view, Call call) {
    this.own = own;
    this.once = view.isOnce();
    this.kept = view.kept();
    this.call = call;
    if (!once) {
      kept.forget();
    }
  }

  /** For the next attempt, from its start. */
  AsyncEntityProducer next(boolean again) {
    Round next = new Round(again);
    turn = next;
    return next;
  }

  /** Whether the application has failed to produce it. */
  boolean isDisturbed() {
    return disturbed;
  }

  /** The body of one attempt. */
  private final class Round implements AsyncEntityProducer {
    /** What was kept of it; null before that is known. Used by who has set {@link #busy}. */
    private ByteBuffer first;

    private volatile boolean begun;

    Round(boolean again) {
      if (!again) {
        first = ByteBuffer.allocate(0);
        begun = true;
      }
    }

    @Override
    public int available() {
      return begun && !ended ? own.available() : 1;
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
      if (!busy.compareAndSet(false, true)) {
        channel.requestOutput();
        return;
      }
      try {
        if (turn != this) {
          throw new IOException("another attempt has its turn");
        }
        if (first == null) {
          begin();
        }
        if (first.hasRemaining()) {
          channel.write(first);
        }
        if (first.hasRemaining()) {
          return;
        }
        begun = true;
        if (ended) {
          end(channel, trailers);
        } else {
          produceRest(channel);
        }
      } finally {
        busy.set(false);
      }
    }

    private void begin() {
      if (once) {
        first = ByteBuffer.wrap(kept.bytes().orElseGet(() -> new byte[0]));
      } else {
        first = ByteBuffer.allocate(0);
        own.releaseResources();
        ended = false;
      }
    }

    private void produceRest(DataStreamChannel channel) throws IOException {
      Watched watched = new Watched(channel, this);
      boolean well = false;
      try {
        own.produce(watched);
        well = true;
      } finally {
        if (!well && !watched.failing) {
          disturbed = true;
        }
      }
    }

    @Override
    public boolean isRepeatable() {
      return own.isRepeatable();
    }

    @Override
    public void failed(Exception cause) {
      own.failed(cause);
    }

    @Override
    public void releaseResources() {
      own.releaseResources();
    }

    @Override
    public long getContentLength() {
      return own.getContentLength();
    }

    @Override
    public String getContentType() {
      return own.getContentType();
    }

    @Override
    public String getContentEncoding() {
      return own.getContentEncoding();
    }

    @Override
    public boolean isChunked() {
      return own.isChunked();
    }

    @Override
    public Set<String> getTrailerNames() {
      return own.getTrailerNames();
    }
  }

  private static void end(DataStreamChannel channel, List<? extends Header> trailers)
      throws IOException {
    if (trailers == null) {
      channel.endStream();
    } else {
      channel.endStream(trailers);
    }
  }

  /** Where the application writes to; perhaps later, on a thread of its own. */
  private final class Watched implements DataStreamChannel {
    private final DataStreamChannel channel;
    private final Round round;

    /** Whether the library has failed. Read by the thread that writes it. */
    private boolean failing;

    Watched(DataStreamChannel channel, Round round) {
      this.channel = channel;
      this.round = round;
    }

    @Override
    public void requestOutput() {
      channel.requestOutput();
    }

    @Override
    public int write(ByteBuffer piece) throws IOException {
      isItsTurn();
      ByteBuffer before = once ? piece.duplicate() : null;
      failing = true;
      int count = channel.write(piece);
      failing = false;
      if (once && count > 0) {
        byte[] bytes = new byte[count];
        before.get(bytes);
        kept.add(call, bytes, 0, count);
      }
      return count;
    }

    @Override
    public void endStream() throws IOException {
      endStream(null);
    }

    @Override
    public void endStream(List<? extends Header> last) throws IOException {
      isItsTurn();
      trailers = last;
      ended = true;
      failing = true;
      end(channel, last);
      failing = false;
    }

    private void isItsTurn() throws IOException {
      if (turn != round) {
        failing = true;
        throw new IOException("another attempt has its turn");
      }
    }
  }
}
