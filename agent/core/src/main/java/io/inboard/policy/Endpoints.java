// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Balancer;
import io.inboard.balance.Chance;
import io.inboard.settings.BalancerSettings;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The endpoints of a destination in one version of the settings, and how one is chosen. */
final class Endpoints {
  private static final long MIN_LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final List<EndpointState> all;
  private final Balancer<EndpointState> balancer;
  private final long leaseNanos;

  /**
   * @param all not empty
   */
  Endpoints(
      List<EndpointState> all, BalancerSettings.Simple kind, long perTryNanos, Chance chance) {
    this.all = List.copyOf(all);
    this.balancer =
        switch (kind) {
          case ROUND_ROBIN -> Balancer.roundRobin(all, chance);
          case LEAST_REQUEST, RANDOM, PEAK_EWMA -> Balancer.leastRequest(all, chance);
        };
    this.leaseNanos =
        perTryNanos == Long.MAX_VALUE ? MIN_LEASE_NANOS : Math.max(perTryNanos, MIN_LEASE_NANOS);
  }

  /** An endpoint, and the lease under which a request may be sent to it. */
  record Picked(EndpointState endpoint, Lease lease) {}

  List<EndpointState> all() {
    return all;
  }

  /**
   * Chooses for one attempt: a usable endpoint that the call has not tried (row 4), else a usable
   * one, else any: an answer that may be bad is better than none.
   */
  Picked pick(long now, Collection<EndpointState> tried) {
    if (!tried.isEmpty()) {
      Picked fresh = usable(now, tried);
      if (fresh != null) {
        return fresh;
      }
    }
    Picked usable = usable(now, List.of());
    return usable != null
        ? usable
        : new Picked(balancer.pick(e -> true).orElse(all.get(0)), Health.NO_LEASE);
  }

  private Picked usable(long now, Collection<EndpointState> except) {
    // Another call may take the lease of a probe between the look and the hand; each round has one
    // endpoint less that can do that.
    for (int i = 0; i <= all.size(); i++) {
      EndpointState endpoint =
          balancer.pick(e -> e.health().usable(now) && !contains(except, e)).orElse(null);
      if (endpoint == null) {
        return null;
      }
      Lease lease = endpoint.health().admit(now, leaseNanos);
      if (lease != null) {
        return new Picked(endpoint, lease);
      }
    }
    return null;
  }

  private static boolean contains(Collection<EndpointState> endpoints, EndpointState endpoint) {
    for (EndpointState e : endpoints) {
      if (e.sameAs(endpoint)) {
        return true;
      }
    }
    return false;
  }
}
