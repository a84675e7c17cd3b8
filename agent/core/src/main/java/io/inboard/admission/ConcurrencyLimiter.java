// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.admission;

import io.inboard.settings.ServerSettings.Adaptive;
import io.inboard.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * A limit on requests at once that finds itself ({@link Gradient2}) from windows of one second with
 * ten samples at least. Safe for use by any thread; takes no lock.
 *
 * <p>Some callers may be sure of a share. Nobody is held to a share while there is room; when there
 * is none, those who use less than theirs still get in, so that the requests under way may exceed
 * the limit by the sum of the shares, and a flood from others never shuts them out.
 */
public final class ConcurrencyLimiter {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int LEAST_SAMPLES = 10;

  private final Clock clock;
  private final AtomicInteger inFlight = new AtomicInteger();

  /**
   * The thread that holds it may change {@link #gradient} and replace {@link #window}; other
   * threads do not wait for it.
   */
  private final AtomicBoolean learning = new AtomicBoolean();

  private final Gradient2 gradient;

  private volatile int limit;
  private volatile Window window;
  private volatile Map<String, Share> shares = Map.of();

  /** New bounds that are not in force yet, because another thread was learning. */
  private volatile Adaptive bounds;

  /** How a request ended, as far as the limit learns from it. */
  public enum Ended {
    /** It was served; how long that took says how busy the server is. */
    SERVED,
    /** It failed or was broken off: how long that took says nothing. */
    FAILED
  }

  public ConcurrencyLimiter(Adaptive settings, Clock clock) {
    this.clock = clock;
    this.gradient = new Gradient2(settings.min(), settings.max());
    this.window = new Window(clock.nanos() + WINDOW_NANOS);
    this.bounds = settings;
    this.limit = gradient.limit();
    shares(settings);
  }

  /** Other bounds and shares; the limit that was found and the requests under way stay. */
  public void apply(Adaptive settings) {
    bounds = settings;
    shares(settings);
    if (learning.compareAndSet(false, true)) {
      try {
        publish();
      } finally {
        learning.set(false);
      }
    }
  }

  private void shares(Adaptive settings) {
    Map<String, Share> before = shares;
    Map<String, Share> now = new HashMap<>();
    settings
        .partitions()
        .forEach(
            (principal, percent) -> {
              Share old = before.get(principal);
              now.put(principal, new Share(percent, old == null ? new AtomicInteger() : old.busy));
            });
    shares = Map.copyOf(now);
  }

  /**
   * Lets a request in if there is room for it.
   *
   * @param principal who sends it; empty: unknown
   * @return what must be released when the request ends; empty: it is one too many
   */
  public Optional<Permit> tryAcquire(String principal) {
    Share share = shares.get(principal);
    AtomicInteger busy = share == null ? null : share.busy;
    int most = limit;
    int before;
    do {
      before = inFlight.get();
      if (before >= most) {
        return share == null || !share.tryEnter(most)
            ? Optional.empty()
            : Optional.of(new Permit(busy, inFlight.incrementAndGet()));
      }
    } while (!inFlight.compareAndSet(before, before + 1));
    if (busy != null) {
      busy.incrementAndGet();
    }
    return Optional.of(new Permit(busy, before + 1));
  }

  /** Requests at once that are let in now. */
  public int limit() {
    return limit;
  }

  /** Requests under way. */
  public int inFlight() {
    return inFlight.get();
  }

  private void sample(long nanos, int underWay) {
    Window now = window;
    now.nanos.add(Math.max(nanos, 1));
    now.samples.increment();
    now.mostInFlight.accumulate(underWay);
    if (clock.nanos() - now.end < 0
        || now.samples.sum() < LEAST_SAMPLES
        || !learning.compareAndSet(false, true)) {
      return;
    }
    try {
      // Another thread may have learnt from it between the check and the acquisition.
      if (window == now) {
        window = new Window(clock.nanos() + WINDOW_NANOS);
        gradient.learn((double) now.nanos.sum() / now.samples.sum(), now.mostInFlight.intValue());
        publish();
      }
    } finally {
      learning.set(false);
    }
  }

  /** Only with the flag {@link #learning}. */
  private void publish() {
    Adaptive wanted = bounds;
    gradient.bounds(wanted.min(), wanted.max());
    limit = gradient.limit();
  }

  /** One request that was let in. */
  public final class Permit {
    private final AtomicInteger busy;
    private final int underWay;
    private final long since = clock.nanos();

    /** Whether the limit has learnt from it, or never will. */
    private final AtomicBoolean sampled = new AtomicBoolean();

    private final AtomicBoolean released = new AtomicBoolean();

    private Permit(AtomicInteger busy, int underWay) {
      this.busy = busy;
      this.underWay = underWay;
    }

    /**
     * The request has its answer, though the peer may still be reading it: what the limit learns is
     * how long the server took, not how slow a reader is. Left out, the end counts.
     */
    public void answered(Ended how) {
      if (sampled.compareAndSet(false, true) && how == Ended.SERVED) {
        sample(clock.nanos() - since, underWay);
      }
    }

    /** The request has ended. The first call counts. */
    public void release(Ended how) {
      if (!released.compareAndSet(false, true)) {
        return;
      }
      inFlight.decrementAndGet();
      if (busy != null) {
        busy.decrementAndGet();
      }
      answered(how);
    }
  }

  /** What one caller is sure of; the counter outlives a change of the settings. */
  private record Share(int percent, AtomicInteger busy) {
    boolean tryEnter(int limit) {
      int mine = (int) Math.max(1, (long) limit * percent / 100);
      int before;
      do {
        before = busy.get();
        if (before >= mine) {
          return false;
        }
      } while (!busy.compareAndSet(before, before + 1));
      return true;
    }
  }

  /** Samples until a moment, and longer until there are enough. */
  private static final class Window {
    final long end;
    final LongAdder nanos = new LongAdder();
    final LongAdder samples = new LongAdder();
    final LongAccumulator mostInFlight = new LongAccumulator(Math::max, 0);

    Window(long end) {
      this.end = end;
    }
  }
}
