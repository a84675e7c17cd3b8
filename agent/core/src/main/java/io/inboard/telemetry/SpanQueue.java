// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.AgentLoop;
import io.inboard.call.AgentThreads;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Ended spans on their way to the exporter: a bounded queue and one daemon thread. The SDK's batch
 * processor does the same, but tells neither its drops nor its failures, and writes to
 * java.util.logging.
 *
 * <p>A thread that ends a span takes no lock and never waits: it claims a place in a ring, or
 * counts a drop when there is none.
 */
final class SpanQueue {
  private final Timing timing;
  private final Lane<SpanData> lane;

  /**
   * The ring. A producer claims place {@code tail} by compare-and-set, then stores the span there;
   * the worker takes place {@code head} once it is not null, empties it, then moves {@code head}.
   */
  private final AtomicReferenceArray<SpanData> ring;

  private final AtomicLong tail = new AtomicLong();

  /** Written by the worker alone. */
  private final AtomicLong head = new AtomicLong();

  private final LongAdder dropped = new LongAdder();

  /** A flush that waits for the worker; null if there is none. */
  private final AtomicReference<CompletableResultCode> flush = new AtomicReference<>();

  /** When the next batch goes out, full or not. The worker's. */
  private long due;

  private final Thread worker;
  private volatile boolean stopped;

  SpanQueue(Timing timing, Lane<SpanData> lane) {
    this.timing = timing;
    this.lane = lane;
    this.ring = new AtomicReferenceArray<>(timing.spanQueue());
    this.worker = AgentThreads.daemon("inboard-spans", this::work);
  }

  void start() {
    worker.start();
  }

  /** Takes a span that has ended. */
  void add(SpanData span) {
    if (!lane.on()) {
      return;
    }
    long place = tail.get();
    while (true) {
      if (stopped || place - head.get() >= ring.length()) {
        dropped.increment();
        return;
      }
      if (tail.compareAndSet(place, place + 1)) {
        break;
      }
      place = tail.get();
    }
    ring.set((int) (place % ring.length()), span);
    // The worker checks the queue once in each delay by itself; it is woken for a full batch only.
    if (place + 1 - head.get() == timing.spanBatch()) {
      LockSupport.unpark(worker);
    }
  }

  private void work() {
    // The first export opens the exporter, which takes a while: sooner, so that exit need not wait.
    due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(firstDelayMillis());
    AgentLoop loop = AgentLoop.named("inboard-spans");
    loop.run(() -> stopped, this::round);
    loop.turn(lane::close);
    CompletableResultCode late = flush.getAndSet(null);
    if (late != null) {
      late.fail();
    }
  }

  private void round() {
    CompletableResultCode asked = flush.getAndSet(null);
    if (asked != null) {
      finish(asked);
    } else {
      long wait = due - System.nanoTime();
      if (queued() < timing.spanBatch() && wait > 0) {
        LockSupport.parkNanos(this, wait);
        // The application may interrupt any thread, and a thread whose interrupt flag is set cannot
        // sleep: clear it.
        Thread.interrupted();
        return;
      }
      exportBatch();
    }
    due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timing.spanDelayMillis());
  }

  private long firstDelayMillis() {
    return Math.min(1_000, timing.spanDelayMillis());
  }

  private void finish(CompletableResultCode asked) {
    boolean whole = false;
    try {
      long end = tail.get();
      boolean sofar = true;
      while (head.get() < end && !stopped) {
        sofar &= exportBatch();
      }
      whole = sofar;
    } finally {
      if (whole) {
        asked.succeed();
      } else {
        asked.fail(); // Whatever was thrown: release those that wait for the flush.
      }
    }
  }

  private boolean exportBatch() {
    List<SpanData> batch = new ArrayList<>(Math.min(queued(), timing.spanBatch()));
    long place = head.get();
    while (batch.size() < timing.spanBatch()) {
      SpanData span = ring.getAndSet((int) (place % ring.length()), null);
      if (span == null) {
        break; // the end, or a place that is claimed and not filled yet
      }
      batch.add(span);
      head.set(++place);
    }
    if (batch.isEmpty()) {
      Thread.onSpinWait();
      return true;
    }
    return lane.exportAndWait(batch, timing.exportTimeoutMillis());
  }

  /** How many spans wait. */
  int queued() {
    return (int) (tail.get() - head.get());
  }

  /** How many spans found no place. */
  long dropped() {
    return dropped.sum();
  }

  /** Exports what there is; the result comes when that is done. */
  CompletableResultCode forceFlush() {
    if (stopped) {
      return CompletableResultCode.ofFailure();
    }
    CompletableResultCode mine = new CompletableResultCode();
    CompletableResultCode asked = flush.compareAndExchange(null, mine);
    LockSupport.unpark(worker);
    return asked == null ? mine : asked;
  }

  /** Ends the worker without waiting for it; what is still queued is lost. */
  void shutdown() {
    stopped = true;
    worker.interrupt();
  }
}
