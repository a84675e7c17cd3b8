// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import io.inboard.admission.Deadlines;
import io.inboard.call.CallerTerms;
import io.inboard.call.HeaderView;
import io.inboard.call.InboundRequest;
import io.inboard.settings.DeadlineSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A server in the middle: reads the terms of each request as the mesh does, works for it, and says
 * with a failure whether it should be repeated.
 */
final class Tier implements Peer {
  private static final List<String> TOLD =
      List.of("x-envoy-expected-rq-timeout-ms", "x-envoy-attempt-count");

  /** Of a response; ours. */
  static final String NO_RETRY = "x-inboard-no-retry";

  private final Simulation simulation;
  private final Deadlines deadlines;
  private final DeadlineSettings settings;
  private final Work work;

  /**
   * A request that arrived; times of the scenario.
   *
   * @param atMillis when
   * @param grantedMillis how long it was told that its caller waits; infinite: nothing was said
   */
  record Received(double atMillis, double grantedMillis) {}

  /** When it was done with one. */
  record Answered(double atMillis, int status) {}

  final List<Received> received = new ArrayList<>();
  final List<Answered> answered = new ArrayList<>();

  /** How many answers said that the request should not be repeated. */
  int discouraged;

  /** What the application does. */
  @FunctionalInterface
  interface Work {
    /**
     * @param done gets the status of the answer, once; 0: an error, which is answered with 503
     */
    void run(CallerTerms terms, IntConsumer done);
  }

  Tier(Simulation simulation, DeadlineSettings settings, Work work) {
    this.simulation = simulation;
    this.deadlines = new Deadlines(simulation);
    this.settings = settings;
    this.work = work;
  }

  @Override
  public void receive(Arrival arrival) {
    CallerTerms terms = deadlines.read(inbound(arrival), settings);
    double granted =
        terms.bounded()
            ? (terms.deadlineNanos() - simulation.nanos()) / Simulation.MILLIS
            : Double.POSITIVE_INFINITY;
    received.add(new Received(simulation.millis(), granted));
    work.run(terms, result -> answer(arrival, terms, result == 0 ? 503 : result));
  }

  private void answer(Arrival arrival, CallerTerms terms, int status) {
    answered.add(new Answered(simulation.millis(), status));
    String reason = status >= 500 ? terms.noRetry() : "";
    discouraged += reason.isEmpty() ? 0 : 1;
    HeaderView headers = name -> name.equals(NO_RETRY) ? List.of(reason) : List.of();
    arrival.answer(status, reason.isEmpty() ? Arrival.NO_HEADERS : headers);
  }

  /** As it arrives from a peer of our trust domain. */
  private static InboundRequest inbound(Arrival arrival) {
    io.inboard.admission.Arrival request =
        io.inboard.admission.Arrival.of("/").from("cluster.local/ns/shop/sa/web");
    for (String name : TOLD) {
      for (String value : arrival.headers().headers(name)) {
        request = request.header(name, value);
      }
    }
    return request;
  }
}
