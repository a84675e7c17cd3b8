// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.settings.BalancerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where a destination stands at one moment. Counters run since the start of the JVM.
 *
 * @param name as in the settings
 * @param breaker empty when there is none
 * @param calls of the application
 * @param retries attempts after the first of a call
 * @param timeouts calls that ran out of time
 * @param perTryTimeouts attempts that ran out of time
 * @param rejected calls that the open breaker refused
 */
public record PolicyStatus(
    String name,
    BalancerSettings.Simple balancer,
    Optional<Breaker.Phase> breaker,
    long calls,
    long retries,
    long timeouts,
    long perTryTimeouts,
    long rejected,
    List<EndpointStatus> endpoints) {
  public PolicyStatus {
    endpoints = List.copyOf(endpoints);
  }

  /** How an endpoint is treated. */
  public enum State {
    HEALTHY,
    /** Gets nothing until its time is over. */
    EJECTED,
    /** Gets one request at a time, until one succeeds. */
    PROBING
  }

  /**
   * Where an endpoint stands.
   *
   * @param ejectedForMillis how long it is still ejected; 0 unless {@link State#EJECTED}
   * @param requests attempts that were sent to it
   * @param failures attempts that it failed
   */
  public record EndpointStatus(
      String address,
      int weight,
      State state,
      long ejectedForMillis,
      int inFlight,
      long requests,
      long failures,
      long ejections) {}

  static PolicyStatus of(DestinationPolicy policy) {
    long now = policy.clock().nanos();
    List<EndpointStatus> endpoints = new ArrayList<>();
    for (EndpointState e : policy.endpointStates()) {
      boolean ejected = e.health().ejected();
      long remaining = e.health().remainingNanos(now);
      endpoints.add(
          new EndpointStatus(
              e.address(),
              e.weight(),
              !ejected ? State.HEALTHY : remaining > 0 ? State.EJECTED : State.PROBING,
              TimeUnit.NANOSECONDS.toMillis(remaining),
              e.inFlight(),
              e.requests(),
              e.failures(),
              e.ejections()));
    }
    Counters c = policy.counters();
    return new PolicyStatus(
        policy.name(),
        policy.settings().loadBalancer().simple(),
        policy.breaker().map(Breaker::phase),
        c.calls.sum(),
        c.retries.sum(),
        c.timeouts.sum(),
        c.perTryTimeouts.sum(),
        c.rejected.sum(),
        endpoints);
  }
}
