// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.policy;

import io.inboard.balance.Balancer;
import io.inboard.balance.Chance;
import io.inboard.balance.Eligible;
import io.inboard.balance.WarmUp;
import io.inboard.call.CallerTerms;
import io.inboard.call.OutboundRequest;
import io.inboard.settings.BalancerSettings;
import io.inboard.settings.DestinationSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The endpoints of a destination as they are at one moment, and how one is chosen. Immutable, but
 * for what is learnt of each. Where there are none nothing is picked: the call is refused.
 */
final class Endpoints {
  private static final long MIN_LEASE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Eligible<EndpointState> USABLE =
      (endpoint, now, tried) -> endpoint.health().usable(now) && !contains(tried, endpoint);

  private static final Eligible<EndpointState> ANY = (endpoint, now, tried) -> true;

  private final List<EndpointState> all;

  /** Null: there are none. */
  private final Balancer<EndpointState> balancer;

  /** Empty: the destination does not hash. */
  private final Optional<HashKey> key;

  /** Those that get calls, by address; none unless calls by address are wanted. */
  private final Map<String, EndpointState> byAddress;

  private final long leaseNanos;

  /** Why there are none; empty: there are some. */
  private final String missing;

  private final boolean pending;
  private final boolean known;

  /**
   * @param all not empty
   * @param zone where this JVM is; empty if unknown
   */
  Endpoints(List<EndpointState> all, DestinationSettings settings, String zone, Chance chance) {
    this.all = List.copyOf(all);
    List<EndpointState> serving = serving(this.all);
    this.balancer = balancer(serving, settings.loadBalancer(), zone, chance);
    this.byAddress = settings.matchesEndpoints() ? byAddress(serving) : Map.of();
    this.key = settings.loadBalancer().consistentHash().map(HashKey::new);
    long perTry = RetryRules.of(settings.retries()).perTryTimeoutNanos();
    this.leaseNanos =
        perTry == Long.MAX_VALUE ? MIN_LEASE_NANOS : Math.max(perTry, MIN_LEASE_NANOS);
    this.missing = "";
    this.pending = false;
    this.known = true;
  }

  private Endpoints(String missing, boolean pending, boolean known) {
    this.all = List.of();
    this.balancer = null;
    this.key = Optional.empty();
    this.byAddress = Map.of();
    this.leaseNanos = MIN_LEASE_NANOS;
    this.missing = missing;
    this.pending = pending;
    this.known = known;
  }

  /** It is known that there are none; calls are refused. */
  static Endpoints nobody(String why) {
    return new Endpoints(why, false, true);
  }

  /**
   * Nothing is known of them.
   *
   * @param why for the message of a refusal
   * @param pending whether a call may wait for the first answer
   */
  static Endpoints unknown(String why, boolean pending) {
    return new Endpoints(why, pending, false);
  }

  /** Those that get calls: the ones that drain only where there is no other. */
  static List<EndpointState> serving(List<EndpointState> all) {
    boolean drains = false;
    for (int i = 0; i < all.size() && !drains; i++) {
      drains = all.get(i).instance().draining();
    }
    if (!drains) {
      return all;
    }
    List<EndpointState> ready = new ArrayList<>(all.size());
    for (EndpointState e : all) {
      if (!e.instance().draining()) {
        ready.add(e);
      }
    }
    return ready.isEmpty() ? all : ready;
  }

  private static Map<String, EndpointState> byAddress(List<EndpointState> some) {
    Map<String, EndpointState> byAddress = new HashMap<>(some.size() * 4 / 3 + 1);
    for (EndpointState e : some) {
      byAddress.put(e.address(), e);
    }
    return byAddress;
  }

  /** Why there are none; empty: there are some. */
  String missing() {
    return missing;
  }

  /** Whether the first answer, whatever it is, is still waited for. */
  boolean pending() {
    return pending;
  }

  /** Whether they are known, be it that there are none. */
  boolean known() {
    return known;
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
   * Chooses for one attempt: a usable endpoint that the call has not tried (RATIONALE.md, Retries),
   * else a usable one, else any: an answer that may be bad is better than none.
   *
   * @param hash of the call's key; {@link Balancer#NO_KEY}
   * @return null when there are no endpoints
   */
  Picked pick(long now, long hash, List<EndpointState> tried) {
    if (balancer == null) {
      return null;
    }
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

  /**
   * One of these, for a first attempt: of several usable ones that with the fewest requests under
   * way.
   *
   * @return null when none of them may get a request: it is ejected, drains beside others, has none
   *     of the labels of this subset, or is gone
   */
  Picked named(List<String> addresses, long now) {
    EndpointState best = null;
    for (int i = 0; i < addresses.size(); i++) {
      EndpointState e = byAddress.get(addresses.get(i));
      if (e != null && e.health().usable(now) && (best == null || e.inFlight() < best.inFlight())) {
        best = e;
      }
    }
    return best == null ? null : admitted(best, now);
  }

  private Picked usable(long now, long hash, List<EndpointState> tried) {
    // Another call may take the lease of a probe between the check and the acquisition; each round
    // has one endpoint less that can do that.
    for (int i = 0; i <= all.size(); i++) {
      EndpointState endpoint = balancer.pick(now, hash, USABLE, tried);
      if (endpoint == null) {
        return null;
      }
      Picked admitted = admitted(endpoint, now);
      if (admitted != null) {
        return admitted;
      }
    }
    return null;
  }

  /** Null: it may get no request at this moment. */
  private Picked admitted(EndpointState endpoint, long now) {
    Lease lease = endpoint.health().admit(now, leaseNanos);
    if (lease == null) {
      return null;
    }
    return lease == Health.NO_LEASE ? endpoint : new Probed(endpoint, lease);
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
