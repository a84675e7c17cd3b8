// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.balance.Chance;
import io.inboard.call.CallerTerms;
import io.inboard.call.Endpoint;
import io.inboard.call.OutboundRequest;
import io.inboard.call.TlsPlan;
import io.inboard.discovery.EndpointSources;
import io.inboard.discovery.Literals;
import io.inboard.discovery.Name;
import io.inboard.discovery.Names;
import io.inboard.discovery.Update;
import io.inboard.policy.CallDecision;
import io.inboard.policy.DestinationPolicy;
import io.inboard.policy.EndpointState;
import io.inboard.policy.LastGood;
import io.inboard.policy.Mistakes;
import io.inboard.policy.PolicyAttempt;
import io.inboard.policy.PolicyStatus;
import io.inboard.policy.Spare;
import io.inboard.settings.CanonicalHost;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.FallbackSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One destination in one version of the settings: its policy, its addresses, its TLS. Its endpoints
 * come from their source while it is in force; the rest is immutable, but for a cache of pool keys,
 * which lives on with the destination.
 */
final class Destination implements Consumer<Update> {
  /** A suffix destination serves as many hosts as the application can name. */
  private static final int MAX_CACHED = 1024;

  private final DestinationSettings settings;
  private final DestinationPolicy policy;
  private final Map<String, DestinationPolicy> subsets;
  private final Routes routes;
  private final Names names;
  private final TlsPlans tls;

  /** Lives on with the destination. Guards itself. */
  private final LastGood lastGood;

  /**
   * Held while endpoints or settings change: what is learnt belongs to one version at a time. Lives
   * on with the destination.
   */
  private final Object changes;

  /** Whether a newer version is there, and updates of endpoints are its. Guarded by it. */
  private boolean replaced;

  /**
   * Ends the updates; null: there are none. Written by {@link #subscribe}, before anybody else sees
   * this object.
   */
  private AutoCloseable subscription;

  /** Written by {@link #subscribe}, too. */
  private FoundEndpoints found;

  /** The same. */
  private EndpointMatches matches;

  /** Where calls go that fail here. Set by {@link #link}, before other threads see this object. */
  private Optional<Elsewhere> elsewhere = Optional.empty();

  /** Another destination, or a subset. */
  private record Elsewhere(Destination destination, Spare spare) {}

  /** By logical host and address. Guards itself. */
  private final Map<Key, MeshEndpoint> endpoints;

  private record Key(String host, String address) {}

  private Destination(
      DestinationSettings settings,
      DestinationPolicy policy,
      Map<String, DestinationPolicy> subsets,
      Routes routes,
      Names names,
      TlsPlans tls,
      LastGood lastGood,
      Object changes,
      Map<Key, MeshEndpoint> endpoints) {
    this.settings = settings;
    this.policy = policy;
    this.subsets = subsets;
    this.routes = routes;
    this.names = names;
    this.tls = tls;
    this.lastGood = lastGood;
    this.changes = changes;
    this.endpoints = endpoints;
  }

  /**
   * Goes on with what was learnt, and with the endpoints that there were, until {@link #subscribe}.
   *
   * @param zone where this JVM is; empty if unknown
   * @param before the version before; what it learnt is kept, and it gets no more endpoints
   */
  static Destination of(
      DestinationSettings settings,
      String zone,
      Optional<Destination> before,
      Names names,
      TlsPlans tls,
      Clock clock,
      Timer timer,
      Chance chance) {
    if (before.isEmpty()) {
      return make(settings, zone, before, names, tls, clock, timer, chance);
    }
    synchronized (before.get().changes) {
      Destination made = make(settings, zone, before, names, tls, clock, timer, chance);
      before.get().replaced = true;
      return made;
    }
  }

  private static Destination make(
      DestinationSettings settings,
      String zone,
      Optional<Destination> before,
      Names names,
      TlsPlans tls,
      Clock clock,
      Timer timer,
      Chance chance) {
    boolean isNew = before.isEmpty();
    DestinationPolicy policy =
        DestinationPolicy.of(
            settings,
            zone,
            isNew ? Optional.empty() : Optional.of(before.get().policy),
            clock,
            timer,
            chance);
    Map<String, DestinationPolicy> subsets = new TreeMap<>();
    for (Map.Entry<String, Map<String, String>> subset : settings.subsets().entrySet()) {
      String name = subset.getKey();
      subsets.put(
          name,
          policy.subset(
              name,
              subset.getValue(),
              isNew ? Optional.empty() : Optional.ofNullable(before.get().subsets.get(name))));
    }
    return new Destination(
        settings,
        policy,
        subsets,
        Routes.of(settings.routes(), policy, subsets, chance),
        names,
        tls,
        isNew ? new LastGood() : before.get().lastGood,
        isNew ? new Object() : before.get().changes,
        // Those of removed endpoints stay: one that comes back finds its pooled connections again.
        isNew ? new ConcurrentHashMap<>() : before.get().endpoints);
  }

  /**
   * Gets its endpoints from their source from now on; once, before the first call.
   *
   * @param told gets those that the settings do not list, if only the mesh may connect there
   * @param byEndpoint is told of changes, if calls by an endpoint's address come here
   */
  void subscribe(EndpointSources sources, FoundEndpoints told, EndpointMatches byEndpoint) {
    found = told;
    matches = byEndpoint;
    if (settings.matchesEndpoints()) {
      byEndpoint.add(this, settings.listed(), names);
    }
    if (settings.endpoints() instanceof EndpointSettings.ByMesh endpoints) {
      subscription = sources.of(endpoints).subscribe(this);
    } else {
      untold("the settings leave its endpoints to the library now");
    }
  }

  /** Other endpoints, from their source. */
  @Override
  public void accept(Update update) {
    change(
        () ->
            update instanceof Update.Endpoints now
                ? known(now.instances())
                : unknown((Update.Unknown) update));
  }

  private Runnable known(List<Instance> instances) {
    if (settings.tls().mode() == TlsMode.MUTUAL) {
      found.found(settings.name(), instances); // Before the first call goes there.
    }
    Runnable told = policy.endpoints(instances);
    if (settings.matchesEndpoints()) {
      matches.changed(name()); // Afterwards: whoever is led here by an address finds it.
    }
    return told;
  }

  private Runnable unknown(Update.Unknown update) {
    return policy.unknown(update.why(), update.pending());
  }

  /** Calls that have waited for the change go on without the lock: the application's code may. */
  private void change(Supplier<Runnable> change) {
    Runnable told;
    synchronized (changes) {
      if (replaced) {
        return;
      }
      told = change.get();
    }
    told.run();
  }

  /** Nobody waits for an answer that does not come. */
  private void untold(String why) {
    change(() -> policy.untold(why));
  }

  /** It is in force no longer. */
  void close() {
    untold("the destination is not in the settings any more");
    try {
      if (subscription != null) {
        subscription.close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e); // Sources throw nothing.
    }
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
      elsewhere = Optional.of(new Elsewhere(this, new Spare(subset, Optional.empty())));
    } else if (other != null) {
      Spare spare = new Spare(other.policy, Optional.of(other.settings.host()));
      elsewhere = Optional.of(new Elsewhere(other, spare));
    }
  }

  /** Where a call goes on that has failed here; this one, if it is a subset. */
  Destination elsewhere() {
    return elsewhere.get().destination();
  }

  /**
   * Starts to decide one call.
   *
   * @param by what {@link #policy(OutboundRequest)} has given
   */
  CallDecision begin(
      DestinationPolicy by,
      OutboundRequest request,
      CallerTerms terms,
      PolicyAttempt.Maker attempts,
      Mistakes mistakes) {
    return by.begin(request, terms, attempts, lastGood, elsewhere.map(Elsewhere::spare), mistakes);
  }

  String name() {
    return settings.name();
  }

  /** The logical host; of a destination for a suffix that with the asterisk. */
  String host() {
    return settings.host();
  }

  /** Whether it decides about repetitions. */
  boolean repeats() {
    return settings.resilience();
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
   * The name that must be resolved before an attempt can be sent: that of the host itself, where
   * the settings list no endpoints and TLS is ours. Empty: none, or that is done.
   */
  Optional<Name> unresolved(
      Optional<EndpointState> state, String requestedHost, Optional<TlsPlan> plan) {
    if (state.isPresent() || plan.isEmpty() || new Instance(requestedHost, 0).literal()) {
      return Optional.empty();
    }
    Name name = names.ask(requestedHost);
    return name.pending() ? Optional.of(name) : Optional.empty();
  }

  /**
   * Where to connect. Resolves nothing.
   *
   * @param state empty when the library finds the endpoints
   * @param requestedHost the logical host of the call; what is connected to carries its canonical
   *     form, since a server name of TLS ends with no dot
   * @param port that of the application's URL
   */
  Optional<Endpoint> locate(
      Optional<EndpointState> state, String requestedHost, int port, Optional<TlsPlan> plan) {
    if (state.isEmpty()) {
      return plan.isEmpty()
          ? Optional.empty() // The library connects as it always does.
          : itself(requestedHost, port, plan);
    }
    String host = CanonicalHost.of(requestedHost);
    EndpointState chosen = state.get();
    if (chosen.made() instanceof MeshEndpoint made && made.serves(host, plan)) {
      return made.itself();
    }
    Instance instance = chosen.instance();
    MeshEndpoint endpoint =
        pooled(
            new Key(host, chosen.address()),
            Literals.at(host, instance.host(), instance.port()),
            plan);
    chosen.made(endpoint); // Nearly always the same for the next call.
    return endpoint.itself();
  }

  /** Without endpoints, but with TLS: the host itself is the endpoint. */
  private Optional<Endpoint> itself(String requestedHost, int port, Optional<TlsPlan> plan) {
    String host = CanonicalHost.of(requestedHost);
    Instance instance = new Instance(requestedHost, port);
    String address = requestedHost;
    if (!instance.literal()) {
      List<String> known = names.ask(requestedHost).addresses();
      address = known.isEmpty() ? "" : known.get(0);
    }
    InetSocketAddress where =
        address.isEmpty()
            ? InetSocketAddress.createUnresolved(requestedHost, port)
            : Literals.at(host, address, port);
    return pooled(new Key(host, instance.address()), where, plan).itself();
  }

  int poolKeys() {
    return endpoints.size();
  }

  /** The same object for as long as address and TLS stay. */
  private MeshEndpoint pooled(Key key, InetSocketAddress address, Optional<TlsPlan> plan) {
    MeshEndpoint known = endpoints.get(key);
    if (known != null && known.serves(address, plan)) {
      return known;
    }
    if (endpoints.size() >= Math.max(MAX_CACHED, 2 * policy.endpointStates().size())) {
      endpoints.clear(); // Costs connections, not answers.
    }
    return endpoints.compute(
        key,
        (k, old) ->
            old != null && old.serves(address, plan)
                ? old
                : new MeshEndpoint(key.host, address, plan));
  }
}
