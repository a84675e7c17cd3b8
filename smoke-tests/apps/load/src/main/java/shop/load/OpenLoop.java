// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import java.net.URI;
import java.util.Random;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests begin when the clock says so, whatever became of those before: a slow answer holds none
 * of the others back, and its own time counts from when it was due (no coordinated omission).
 */
final class OpenLoop {
  private final Order order;
  private final Sender sender;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean stopped;

  OpenLoop(Order order, Sender sender) {
    this.order = order;
    this.sender = sender;
  }

  /** Sends no more. */
  void stop() {
    stopped = true;
  }

  /** Sends all, and waits for the last answer, a minute at most. */
  Results run() {
    Results results = new Results(order.requests());
    Phaser open = new Phaser(1);
    Random random = new Random(order.requests());
    double gap = TimeUnit.SECONDS.toNanos(1) / order.rate();
    long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
    for (int i = 0; i < order.requests() && !stopped; i++) {
      double jitter = (random.nextDouble() * 2 - 1) * order.jitterMillis() * 1e6;
      long due = start + (long) (i * gap + jitter);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      results.due(i, due - start);
      open.register();
      if (inFlight.incrementAndGet() > order.atMost()) {
        inFlight.decrementAndGet();
        results.failed(i, 0, new IllegalStateException("too many in flight"));
        open.arriveAndDeregister();
      } else {
        send(i, due, results, open);
      }
    }
    try {
      open.awaitAdvanceInterruptibly(open.arrive(), 60, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      results.unanswered(open.getUnarrivedParties());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return results;
  }

  private void send(int number, long due, Results results, Phaser open) {
    String body =
        order.method().equals("POST") || order.method().equals("PUT") ? "body " + number : "";
    sender
        .send(order.method(), URI.create(order.url(number)), body, order.header())
        .whenComplete(
            (reply, error) -> {
              long nanos = System.nanoTime() - due;
              inFlight.decrementAndGet();
              if (error == null) {
                results.answered(number, nanos, reply);
              } else {
                results.failed(number, nanos, error);
              }
              open.arriveAndDeregister();
            });
  }
}
