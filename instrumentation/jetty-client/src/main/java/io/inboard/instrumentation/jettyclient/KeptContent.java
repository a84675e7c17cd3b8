// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.call.Call;
import io.inboard.call.OutboundRequest.Body;
import io.inboard.call.client.KeptBody;
import java.nio.ByteBuffer;
import org.eclipse.jetty.client.ByteBufferRequestContent;
import org.eclipse.jetty.client.PathRequestContent;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.AutoLock;

/**
 * A body in Jetty 12. Jetty fails a body together with its exchange; here the application's body
 * fails with the hop, not with an attempt. What can be read once only is copied while it is sent,
 * as long as the mesh lets; a later attempt gets what was kept, and then what there is still to
 * read.
 *
 * <p>Fields are guarded by the lock; nothing of the application runs under it but its {@code read}
 * of a body that is copied, which must not block.
 */
final class KeptContent implements SentBody, Request.Content {
  private final AutoLock lock = new AutoLock();
  private final Request.Content own;
  private final boolean held;

  /** Null until the call has begun. */
  private Call call;

  private final KeptBody kept = new KeptBody();

  /** What was kept when the attempt began, and how much of that it has read. */
  private ByteBuffer again = ByteBuffer.allocate(0);

  private boolean touched;

  /** Whether the end was read. */
  private boolean ended;

  /** Of the attempt; null while it goes on. */
  private Throwable failure;

  /** Whether there will be no other attempt. */
  private boolean settled;

  /** Whether a demand waits for the application's body, and what it runs; null: nothing. */
  private boolean waits;

  private Runnable demand;

  private KeptContent(Request.Content own) {
    this.own = own;
    this.held = own instanceof ByteBufferRequestContent || own instanceof PathRequestContent;
  }

  static KeptContent of(Object content) {
    return new KeptContent((Request.Content) content);
  }

  @Override
  public void of(Call begun) {
    call = begun;
  }

  @Override
  public Object own() {
    return own;
  }

  @Override
  public Body state() {
    if (own.getLength() == 0) {
      return Body.NONE;
    }
    try (AutoLock l = lock.lock()) {
      return held || !touched || kept.isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
    }
  }

  @Override
  public Object begin() {
    try (AutoLock l = lock.lock()) {
      failure = null;
      demand = null;
      if (!held) {
        again = ByteBuffer.wrap(kept.bytes().orElseGet(() -> new byte[0]));
      } else if (touched) {
        own.rewind();
      }
    }
    return this;
  }

  @Override
  public void settle(Throwable error) {
    try (AutoLock l = lock.lock()) {
      settled = true;
      kept.forget();
    }
    if (error != null) {
      own.fail(error);
    }
  }

  @Override
  public String getContentType() {
    return own.getContentType();
  }

  @Override
  public long getLength() {
    return own.getLength();
  }

  @Override
  public Content.Chunk read() {
    try (AutoLock l = lock.lock()) {
      if (failure != null) {
        return Content.Chunk.from(failure);
      }
      touched = true;
      if (held) {
        return own.read();
      }
      if (again.hasRemaining()) {
        ByteBuffer bytes = again.slice();
        again.position(again.limit());
        return Content.Chunk.from(bytes, ended);
      }
      if (ended) {
        return Content.Chunk.EOF;
      }
      return copied(own.read());
    }
  }

  private Content.Chunk copied(Content.Chunk chunk) {
    if (chunk == null || Content.Chunk.isFailure(chunk)) {
      return chunk;
    }
    ended = chunk.isLast();
    int length = chunk.remaining();
    if (length > 0 && !settled && kept.isWhole()) {
      byte[] bytes = new byte[length];
      chunk.getByteBuffer().duplicate().get(bytes);
      kept.add(call, bytes, 0, length);
    }
    return chunk;
  }

  @Override
  public void demand(Runnable more) {
    boolean now;
    try (AutoLock l = lock.lock()) {
      now = failure != null || again.hasRemaining() || (!held && ended);
      if (!now) {
        demand = more;
        if (waits) {
          return;
        }
        waits = true;
      }
    }
    if (now) {
      more.run();
    } else {
      own.demand(this::available);
    }
  }

  /** The application's body has more; the attempt that asked may be another one by now. */
  private void available() {
    Runnable more;
    try (AutoLock l = lock.lock()) {
      waits = false;
      more = demand;
      demand = null;
    }
    if (more != null) {
      more.run();
    }
  }

  @Override
  public void fail(Throwable error) {
    boolean last;
    try (AutoLock l = lock.lock()) {
      last = settled;
      if (failure == null) {
        failure = error;
      }
    }
    if (last) {
      own.fail(error);
    }
  }

  @Override
  public boolean rewind() {
    return own.rewind();
  }
}
