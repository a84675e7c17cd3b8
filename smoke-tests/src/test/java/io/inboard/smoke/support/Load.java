// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke.support;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Load on something that answers or throws; counts both. A closed loop keeps so many requests in
 * flight; an open loop starts them at a rate, whatever the answers do.
 */
public final class Load implements AutoCloseable {
  private final Callable<?> request;
  private final List<Thread> threads = new ArrayList<>();
  private final ExecutorService pool;
  private final AtomicInteger succeeded = new AtomicInteger();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  private Load(Callable<?> request, ExecutorService pool) {
    this.request = request;
    this.pool = pool;
  }

  /** So many callers, each sending its next request when the last was answered, after a pause. */
  public static Load closed(int callers, long pauseMillis, Callable<?> request) {
    Load load = new Load(request, Executors.newFixedThreadPool(callers));
    for (int i = 0; i < callers; i++) {
      load.pool.execute(
          () -> {
            while (!load.stopped) {
              load.once();
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            }
          });
    }
    return load;
  }

  /** So many requests a second; at most 200 in flight, else a failure is counted. */
  public static Load open(int perSecond, Callable<?> request) {
    Load load = new Load(request, Executors.newFixedThreadPool(200));
    AtomicInteger inFlight = new AtomicInteger();
    Thread clock =
        new Thread(
            () -> {
              long next = System.nanoTime();
              while (!load.stopped) {
                if (inFlight.incrementAndGet() > 200) {
                  inFlight.decrementAndGet();
                  load.failures.add("200 requests are waiting");
                } else {
                  load.pool.execute(
                      () -> {
                        load.once();
                        inFlight.decrementAndGet();
                      });
                }
                next += TimeUnit.SECONDS.toNanos(1) / perSecond;
                LockSupport.parkNanos(next - System.nanoTime());
              }
            },
            "smoke-load");
    load.threads.add(clock);
    clock.start();
    return load;
  }

  private void once() {
    try {
      request.call();
      succeeded.incrementAndGet();
    } catch (Exception | AssertionError e) {
      failures.add(e.toString());
    }
  }

  public int succeeded() {
    return succeeded.get();
  }

  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** Until so many more were answered well. */
  public void awaitMore(int requests) {
    int goal = succeeded.get() + requests;
    Await.until(
        requests + " more requests; failed: " + failures.size() + " " + failures.peek(),
        Duration.ofSeconds(60),
        () -> succeeded.get() >= goal);
  }

  /** Stops, and waits for what is in flight. */
  public Load stop() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join(5_000);
      }
      pool.shutdown();
      if (!pool.awaitTermination(30, TimeUnit.SECONDS)) {
        failures.add("a request did not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  @Override
  public void close() {
    stop();
    pool.shutdownNow();
  }
}
