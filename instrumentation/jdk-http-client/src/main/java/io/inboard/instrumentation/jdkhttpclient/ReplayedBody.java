// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import io.inboard.call.OutboundRequest.Body;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * A body that its publisher may publish once only, for one attempt after the other: copied while it
 * goes by, as long as the mesh lets. A later attempt gets what was kept, and then what the
 * publisher has still to give; what was refused to be kept goes by as if we were not there.
 *
 * <p>Fields are guarded by this; no signal is given under the lock.
 */
final class ReplayedBody implements BodyPublisher {
  private final BodyPublisher publisher;
  private final IntPredicate mayKeep;

  /** What went by, piece by piece; empty once nothing is kept. */
  private final List<byte[]> kept = new ArrayList<>();

  private boolean keeping = true;

  /** How many pieces went by. */
  private int arrived;

  /** The last piece, until the attempt under way has taken it; null else. */
  private ByteBuffer latest;

  private Flow.Subscription source;
  private boolean subscribed;
  private boolean pulling;
  private boolean complete;
  private Throwable error;
  private Copy current;

  /**
   * @param mayKeep asked for more bytes before they are kept; not asked again after a no
   */
  ReplayedBody(BodyPublisher publisher, IntPredicate mayKeep) {
    this.publisher = publisher;
    this.mayKeep = mayKeep;
  }

  @Override
  public long contentLength() {
    return publisher.contentLength();
  }

  /** Whether another attempt would get the whole body. */
  synchronized Body body() {
    return isWhole() ? Body.REPLAYABLE : Body.ONE_SHOT;
  }

  /** Under the lock: everything that went by is still there. */
  private boolean isWhole() {
    return keeping || arrived == 0 || (arrived == 1 && latest != null);
  }

  /** There will be no other attempt: nothing more is kept or asked for. */
  void settle() {
    Flow.Subscription abandoned;
    synchronized (this) {
      keeping = false;
      if (current == null || current.cancelled) {
        kept.clear();
      }
      abandoned = current != null && current.cancelled && !complete ? source : null;
    }
    if (abandoned != null) {
      abandoned.cancel();
    }
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    Copy copy = new Copy(subscriber);
    boolean first;
    boolean lost;
    synchronized (this) {
      first = !subscribed;
      subscribed = true;
      lost = !first && !isWhole();
      if (!lost) {
        current = copy;
      }
    }
    if (lost) {
      copy.cancelled = true;
      subscriber.onSubscribe(copy);
      subscriber.onError(new IOException("the body was not kept"));
    } else if (first) {
      long length = publisher.contentLength();
      if (length > Integer.MAX_VALUE || (length > 0 && !mayKeep.test((int) length))) {
        refused();
      }
      publisher.subscribe(new Source(length > 0));
    } else {
      subscriber.onSubscribe(copy);
    }
  }

  private synchronized void refused() {
    keeping = false;
  }

  /** What the application's publisher says. */
  private final class Source implements Flow.Subscriber<ByteBuffer> {
    /** Whether its length was agreed on at once. */
    private final boolean agreed;

    Source(boolean agreed) {
      this.agreed = agreed;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      Copy copy;
      synchronized (ReplayedBody.this) {
        source = subscription;
        copy = current;
      }
      copy.subscriber.onSubscribe(copy);
    }

    @Override
    public void onNext(ByteBuffer piece) {
      boolean keep;
      synchronized (ReplayedBody.this) {
        keep = keeping;
      }
      byte[] bytes = null;
      if (keep && (agreed || piece.remaining() == 0 || mayKeep.test(piece.remaining()))) {
        bytes = new byte[piece.remaining()];
        piece.duplicate().get(bytes);
      }
      Copy copy;
      synchronized (ReplayedBody.this) {
        pulling = false;
        arrived++;
        latest = piece;
        if (bytes == null) {
          keeping = false;
        } else if (keeping) {
          kept.add(bytes);
        }
        copy = current;
      }
      copy.work();
    }

    @Override
    public void onError(Throwable e) {
      end(e);
    }

    @Override
    public void onComplete() {
      end(null);
    }

    private void end(Throwable e) {
      Copy copy;
      synchronized (ReplayedBody.this) {
        complete = true;
        error = e;
        copy = current;
      }
      if (source == null) {
        copy.subscriber.onSubscribe(copy);
      }
      copy.work();
    }
  }

  /** The body for one attempt. */
  private final class Copy implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;

    /** Signals that wait to be worked off; who raises it from zero works. */
    private final AtomicInteger signals = new AtomicInteger();

    private long demand;
    private int taken;
    private boolean cancelled;

    Copy(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      synchronized (ReplayedBody.this) {
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
      }
      work();
    }

    @Override
    public void cancel() {
      Flow.Subscription unwanted;
      synchronized (ReplayedBody.this) {
        // A body of which nothing went by is wanted by the next attempt, if there is one.
        boolean useless = !keeping && arrived > 0 && !complete && current == this;
        unwanted = !cancelled && useless ? source : null;
        cancelled = true;
      }
      if (unwanted != null) {
        unwanted.cancel();
      }
    }

    void work() {
      if (signals.getAndIncrement() != 0) {
        return;
      }
      do {
        while (step()) {}
      } while (signals.decrementAndGet() != 0);
    }

    /** Gives one signal; false if there is none to give. */
    private boolean step() {
      ByteBuffer piece = null;
      boolean end = false;
      synchronized (ReplayedBody.this) {
        if (cancelled) {
          return false;
        }
        if (taken < arrived) {
          if (demand == 0) {
            return false;
          }
          demand--;
          piece = take();
        } else if (complete) {
          end = true;
          cancelled = true;
        } else if (demand > 0 && !pulling && source != null) {
          pulling = true;
        } else {
          return false;
        }
      }
      if (piece != null) {
        subscriber.onNext(piece);
      } else if (!end) {
        source.request(1);
      } else if (error == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(error);
      }
      return true;
    }

    private ByteBuffer take() {
      int index = taken++;
      if (latest != null && taken == arrived) {
        ByteBuffer piece = latest;
        latest = null;
        return piece;
      }
      return ByteBuffer.wrap(kept.get(index));
    }
  }
}
