// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Balancer;
import io.inboard.balance.Chance;
import io.inboard.balance.Eligible;
import io.inboard.balance.WarmUp;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.BalancerSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The endpoints of a destination in one version of the settings, and how one is chosen. */
final class Endpoints {
  private static final long MIN_LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Eligible<EndpointState> USABLE =
      (endpoint, now, tried) -> endpoint.health().usable(now) && !contains(tried, endpoint);

  private static final Eligible<EndpointState> ANY = (endpoint, now, tried) -> true;

  private final List<EndpointState> all;
  private final Balancer<EndpointState> balancer;

  /** Empty: the destination does not hash. */
  private final Optional<HashKey> key;

  private final long leaseNanos;

  /**
   * @param all not empty
   * @param zone where this JVM is; empty if unknown
   */
  Endpoints(
      List<EndpointState> all,
      BalancerSettings settings,
      String zone,
      long perTryNanos,
      Chance chance) {
    this.all = List.copyOf(all);
    this.balancer = balancer(all, settings, zone, chance);
    this.key = settings.consistentHash().map(HashKey::new);
    this.leaseNanos =
        perTryNanos == Long.MAX_VALUE ? MIN_LEASE_NANOS : Math.max(perTryNanos, MIN_LEASE_NANOS);
  }

  private static Balancer<EndpointState> balancer(
      List<EndpointState> all, BalancerSettings settings, String zone, Chance chance) {
    if (settings.consistentHash().isPresent()) {
      // Zones do not act: callers in different zones would disagree on who serves a key.
      return Balancer.consistentHash(all, settings.consistentHash().get(), chance);
    }
    // Alone it has no sibling that could take what it is spared.
    WarmUp warmUp = all.size() > 1 ? WarmUp.of(settings.warmup()) : WarmUp.OFF;
    Function<List<EndpointState>, Balancer<EndpointState>> kind =
        endpoints ->
            switch (settings.simple()) {
              case ROUND_ROBIN -> Balancer.roundRobin(endpoints, warmUp, chance);
              case LEAST_REQUEST -> Balancer.leastRequest(endpoints, warmUp, chance);
              case RANDOM -> Balancer.random(endpoints, warmUp, chance);
              case PEAK_EWMA -> Balancer.peakEwma(endpoints, warmUp, chance);
            };
    return Balancer.zoned(all, zone, settings.locality(), kind, USABLE, chance);
  }

  /**
   * An endpoint, and the lease under which a request may be sent to it. A healthy one stands for
   * itself, so that no call makes or looks at an object more.
   */
  interface Picked {
    EndpointState endpoint();

    Lease lease();
  }

  private record Probed(EndpointState endpoint, Lease lease) implements Picked {}

  List<EndpointState> all() {
    return all;
  }

  /** The hash of a call's key, for {@link #pick}; asked once a call. */
  long hash(OutboundRequest request, CallerTerms terms) {
    return key.isEmpty() ? Balancer.NO_KEY : key.get().of(request, terms);
  }

  /** Whether more than half of them are believed healthy. */
  boolean mostlyHealthy() {
    int healthy = 0;
    for (EndpointState e : all) {
      if (!e.health().ejected()) {
        healthy++;
      }
    }
    return healthy * 2 > all.size();
  }

  /**
   * Chooses for one attempt: a usable endpoint that the call has not tried (row 4), else a usable
   * one, else any: an answer that may be bad is better than none.
   *
   * @param hash of the call's key; {@link Balancer#NO_KEY}
   */
  Picked pick(long now, long hash, List<EndpointState> tried) {
    if (!tried.isEmpty()) {
      Picked fresh = usable(now, hash, tried);
      if (fresh != null) {
        return fresh;
      }
    }
    Picked usable = usable(now, hash, List.of());
    if (usable != null) {
      return usable;
    }
    EndpointState any = balancer.pick(now, hash, ANY, List.of());
    return any != null ? any : all.get(0);
  }

  private Picked usable(long now, long hash, List<EndpointState> tried) {
    // Another call may take the lease of a probe between the look and the hand; each round has one
    // endpoint less that can do that.
    for (int i = 0; i <= all.size(); i++) {
      EndpointState endpoint = balancer.pick(now, hash, USABLE, tried);
      if (endpoint == null) {
        return null;
      }
      Lease lease = endpoint.health().admit(now, leaseNanos);
      if (lease != null) {
        return lease == Health.NO_LEASE ? endpoint : new Probed(endpoint, lease);
      }
    }
    return null;
  }

  private static boolean contains(List<EndpointState> endpoints, EndpointState endpoint) {
    for (int i = 0; i < endpoints.size(); i++) {
      if (endpoints.get(i).sameAs(endpoint)) {
        return true;
      }
    }
    return false;
  }
}
