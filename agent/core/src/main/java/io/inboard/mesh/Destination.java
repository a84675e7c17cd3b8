// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.balance.Chance;
import io.inboard.call.Endpoint;
import io.inboard.call.OutboundRequest;
import io.inboard.call.TlsPlan;
import io.inboard.discovery.Instance;
import io.inboard.discovery.Instances;
import io.inboard.discovery.Resolver;
import io.inboard.policy.DestinationPolicy;
import io.inboard.policy.EndpointState;
import io.inboard.policy.Listed;
import io.inboard.policy.PolicyStatus;
import io.inboard.settings.CanonicalHost;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * One destination in one version of the settings: its policy, its addresses, its TLS. Immutable but
 * for a cache of pool keys, which lives on with the destination.
 */
final class Destination {
  /** A suffix destination serves as many hosts as the application can name. */
  private static final int MAX_CACHED = 1024;

  private final DestinationSettings settings;
  private final DestinationPolicy policy;
  private final Map<String, DestinationPolicy> subsets;
  private final Routes routes;
  private final Map<String, Instance> instances;
  private final Resolver resolver;
  private final TlsPlans tls;

  /** Lives on with the destination. Guards itself. */
  private final LastGood lastGood;

  /** Where calls go that fail here. Set by {@link #link}, before anybody else sees this object. */
  private Optional<Spare> spare = Optional.empty();

  /** Another destination, or a subset. */
  record Spare(Destination destination, DestinationPolicy policy) {}

  /** By logical host and instance. Guards itself. */
  private final Map<Key, MeshEndpoint> endpoints;

  private record Key(String host, String address) {}

  private Destination(
      DestinationSettings settings,
      Map<String, Instance> instances,
      DestinationPolicy policy,
      Map<String, DestinationPolicy> subsets,
      Routes routes,
      Resolver resolver,
      TlsPlans tls,
      LastGood lastGood,
      Map<Key, MeshEndpoint> endpoints) {
    this.settings = settings;
    this.instances = instances;
    this.policy = policy;
    this.subsets = subsets;
    this.routes = routes;
    this.resolver = resolver;
    this.tls = tls;
    this.lastGood = lastGood;
    this.endpoints = endpoints;
  }

  /**
   * @param zone where this JVM is; empty if unknown
   * @param before the version before; what it learnt is kept
   */
  static Destination of(
      DestinationSettings settings,
      String zone,
      Optional<Destination> before,
      Resolver resolver,
      TlsPlans tls,
      Clock clock,
      Timer timer,
      Chance chance) {
    Map<String, Instance> instances = new HashMap<>();
    List<Listed> listed = new ArrayList<>();
    for (Instance instance : Instances.of(settings).current()) {
      instances.put(instance.address(), instance);
      listed.add(new Listed(instance.address(), instance.weight(), instance.zone()));
    }
    boolean isNew = before.isEmpty();
    DestinationPolicy policy =
        DestinationPolicy.of(
            settings,
            listed,
            zone,
            isNew ? Optional.empty() : Optional.of(before.get().policy),
            clock,
            timer,
            chance);
    // Those of removed instances stay: one that comes back finds its pooled connections again.
    Map<Key, MeshEndpoint> endpoints = isNew ? new ConcurrentHashMap<>() : before.get().endpoints;
    Map<String, DestinationPolicy> subsets = new TreeMap<>();
    for (Map.Entry<String, Map<String, String>> subset : settings.subsets().entrySet()) {
      String name = subset.getKey();
      subsets.put(
          name,
          policy.subset(
              name,
              addresses(instances, subset.getValue()),
              isNew ? Optional.empty() : Optional.ofNullable(before.get().subsets.get(name))));
    }
    return new Destination(
        settings,
        Map.copyOf(instances),
        policy,
        subsets,
        Routes.of(settings.routes(), policy, subsets, chance),
        resolver,
        tls,
        isNew ? new LastGood() : before.get().lastGood,
        endpoints);
  }

  private static Set<String> addresses(
      Map<String, Instance> instances, Map<String, String> labels) {
    return instances.values().stream()
        .filter(i -> i.has(labels))
        .map(Instance::address)
        .collect(Collectors.toSet());
  }

  /**
   * Finds where calls go that fail here; once, before the first call.
   *
   * @param others of the same settings, by name
   */
  void link(Map<String, Destination> others) {
    Optional<FallbackSettings> fallback = settings.fallback();
    if (fallback.isEmpty() || fallback.get().destination().isEmpty()) {
      return;
    }
    String wanted = fallback.get().destination().get();
    DestinationPolicy subset = subsets.get(wanted);
    Destination other = others.get(wanted);
    if (subset != null) {
      spare = Optional.of(new Spare(this, subset));
    } else if (other != null) {
      spare = Optional.of(new Spare(other, other.policy));
    }
  }

  Optional<Spare> spare() {
    return spare;
  }

  LastGood lastGood() {
    return lastGood;
  }

  /** As in the settings. */
  String host() {
    return settings.host();
  }

  String name() {
    return settings.name();
  }

  /** The destination's own. */
  DestinationPolicy policy() {
    return policy;
  }

  /** What decides a call: the destination's own policy, or that of a route. */
  DestinationPolicy policy(OutboundRequest request) {
    return routes.policy(request);
  }

  /** Where the destination stands now, and then its subsets. */
  List<PolicyStatus> status() {
    List<PolicyStatus> status = new ArrayList<>();
    status.add(policy.status());
    subsets.values().forEach(s -> status.add(s.status()));
    return status;
  }

  boolean wantsTls() {
    return settings.tls().mode() != TlsMode.DISABLE;
  }

  /** Of this moment; empty when none is wanted, and when there is no usable identity. */
  Optional<TlsPlan> plan(String host) {
    return wantsTls() ? tls.plan(settings, CanonicalHost.of(host)) : Optional.empty();
  }

  /**
   * Where to connect; resolves a name, which may block.
   *
   * @param state empty when the destination lists no endpoints
   * @param requestedHost the logical host of the call; what is connected to carries its canonical
   *     form, since a server name of TLS ends with no dot
   * @param port that of the application's URL
   */
  Optional<Endpoint> locate(
      Optional<EndpointState> state, String requestedHost, int port, Optional<TlsPlan> plan) {
    if (state.isEmpty() && plan.isEmpty()) {
      return Optional.empty(); // The library connects as it always does.
    }
    String host = CanonicalHost.of(requestedHost);
    if (state.isPresent()
        && state.get().made() instanceof MeshEndpoint made
        && made.serves(host, plan)) {
      return made.itself();
    }
    // Without endpoints, but with TLS: the host itself is the endpoint.
    Instance instance =
        state
            .map(s -> instances.get(s.address()))
            .orElseGet(() -> new Instance(requestedHost, port, 1, ""));
    Key key = new Key(host, state.isPresent() ? state.get().address() : instance.address());
    MeshEndpoint known = endpoints.get(key);
    if (known != null && instance.literal() && known.tls().orElse(null) == plan.orElse(null)) {
      state.ifPresent(s -> s.made(known)); // Nearly always the same for the next call.
      return known.itself();
    }
    InetSocketAddress address = resolver.locate(instance, host);
    if (known != null && known.serves(address, plan)) {
      return known.itself();
    }
    if (endpoints.size() >= Math.max(MAX_CACHED, 2 * instances.size())) {
      endpoints.clear(); // Costs connections, not answers.
    }
    return endpoints
        .compute(
            key,
            (k, old) ->
                old != null && old.serves(address, plan)
                    ? old
                    : new MeshEndpoint(host, address, plan))
        .itself();
  }
}
