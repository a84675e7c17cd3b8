// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import java.util.ArrayDeque;
import java.util.function.DoubleUnaryOperator;

/**
 * A server with some workers and a queue before them; service times are lognormal. Faults are
 * functions of the time in milliseconds.
 */
final class Server implements Peer {
  private final Simulation simulation;
  private final int workers;
  private final double meanMillis;
  private final double sigma;

  /** Times the service time. */
  DoubleUnaryOperator slow = t -> 1;

  /** Milliseconds on top of the service time. */
  DoubleUnaryOperator added = t -> 0;

  /** Probability of a 503 after {@link #failureMillis}, without work. */
  DoubleUnaryOperator failing = t -> 0;

  /** Probability that the connection is refused. */
  DoubleUnaryOperator refusing = t -> 0;

  /** Probability that nothing is ever heard. */
  DoubleUnaryOperator silent = t -> 0;

  /** Mean time to a 503; exponentially distributed. */
  double failureMillis = 1;

  /** More than these waiting get a 503 at once. */
  int maxQueue = Integer.MAX_VALUE;

  /** Whether work that nobody waits for is left out when its turn comes. */
  boolean dropsExpired;

  /** A server-side limit. */
  Gate gate = Gate.OPEN;

  /** Attempts that arrived. */
  long received;

  /** Attempts that were worked on. */
  long worked;

  private int busy;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

  private record Waiting(Arrival arrival, long since) {}

  /** Decides who may wait, and hears how long it took. */
  interface Gate {
    Gate OPEN =
        new Gate() {
          @Override
          public boolean enter() {
            return true;
          }

          @Override
          public void leave(long enteredNanos, boolean dropped) {}
        };

    boolean enter();

    void leave(long enteredNanos, boolean dropped);
  }

  Server(Simulation simulation, int workers, double meanMillis, double sigma) {
    this.simulation = simulation;
    this.workers = workers;
    this.meanMillis = meanMillis;
    this.sigma = sigma;
  }

  @Override
  public void receive(Arrival arrival) {
    received++;
    double t = simulation.millis();
    if (simulation.happens(refusing.applyAsDouble(t))) {
      arrival.refuse();
    } else if (simulation.happens(silent.applyAsDouble(t))) {
      return;
    } else if (simulation.happens(failing.applyAsDouble(t))) {
      simulation.in(simulation.exponential(failureMillis), () -> arrival.answer(503));
    } else if ((busy >= workers && queue.size() >= maxQueue) || !gate.enter()) {
      simulation.in(0.1, () -> arrival.answer(503));
    } else {
      queue.add(new Waiting(arrival, simulation.nanos()));
      next();
    }
  }

  private void next() {
    while (busy < workers && !queue.isEmpty()) {
      Waiting w = queue.poll();
      boolean expired =
          w.arrival.deadlineNanos() != Long.MAX_VALUE
              && simulation.nanos() - w.arrival.deadlineNanos() > 0;
      if (dropsExpired && expired) {
        gate.leave(w.since, true);
        w.arrival.answer(504);
        continue;
      }
      busy++;
      worked++;
      double t = simulation.millis();
      double millis =
          simulation.lognormal(meanMillis, sigma) * slow.applyAsDouble(t) + added.applyAsDouble(t);
      simulation.in(
          millis,
          () -> {
            busy--;
            gate.leave(w.since, false);
            w.arrival.answer(200);
            next();
          });
    }
  }
}
