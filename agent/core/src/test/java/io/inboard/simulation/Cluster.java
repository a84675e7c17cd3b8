// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.simulation;

import io.inboard.policy.DestinationPolicy;
import io.inboard.settings.BalancerSettings;
import io.inboard.settings.DestinationBuilder;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.RetrySettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;

/**
 * Equal servers, and clients with equal settings that share nothing. A client starts with the
 * defaults of the product; {@link #bare} is a balancer and nothing else.
 */
final class Cluster {
  final Simulation simulation;
  final List<Server> servers = new ArrayList<>();
  final List<Client> clients = new ArrayList<>();
  final Results results = new Results();

  private final Map<String, Peer> peers = new HashMap<>();
  private List<Instance> listed = new ArrayList<>();
  private UnaryOperator<DestinationBuilder> settings = b -> b;

  Cluster(long seed, int servers, int workers, double meanMillis, double sigma) {
    this.simulation = new Simulation(seed);
    for (int i = 0; i < servers; i++) {
      Server server = new Server(simulation, workers, meanMillis, sigma);
      this.servers.add(server);
      peers.put(address(i), server);
      listed.add(instance(i));
    }
  }

  static String address(int server) {
    return "10.0.0." + server + ":8080";
  }

  static Instance instance(int server) {
    return new Instance("10.0.0." + server, 8080);
  }

  /** A balancer without retries and ejection. */
  static UnaryOperator<DestinationBuilder> bare(BalancerSettings.Simple simple) {
    BalancerSettings d = BalancerSettings.DEFAULT;
    return b ->
        b.loadBalancer(new BalancerSettings(simple, d.consistentHash(), d.warmup(), d.locality()))
            .outlierDetection(Optional.empty())
            .retries(retries(0));
  }

  /** The default but for the number of retries. */
  static RetrySettings retries(int attempts) {
    RetrySettings d = RetrySettings.DEFAULT;
    return d.with(attempts, d.perTryTimeout(), d.retryOn());
  }

  /** Adds clients. */
  Cluster clients(int n, UnaryOperator<DestinationBuilder> change) {
    settings = change;
    for (int i = 0; i < n; i++) {
      clients.add(new Client(simulation, peers, results, policy(Optional.empty())));
    }
    return this;
  }

  /** Other servers in the list of all clients, from now on. */
  void list(List<Instance> endpoints) {
    listed = List.copyOf(endpoints);
    apply(settings);
  }

  /** Other settings for all clients, from now on. */
  void apply(UnaryOperator<DestinationBuilder> change) {
    settings = change;
    for (Client client : clients) {
      client.policy = policy(Optional.of(client.policy));
    }
  }

  private DestinationPolicy policy(Optional<DestinationPolicy> before) {
    DestinationPolicy policy =
        DestinationPolicy.of(
            settings
                .apply(DestinationSettings.builder("cluster"))
                .endpoints(new EndpointSettings.Listed(listed))
                .build(),
            "",
            before,
            simulation,
            simulation,
            simulation);
    policy.endpoints(listed);
    return policy;
  }

  /** Calls by any client, so many a second in all, from now on until this second. */
  Cluster load(double perSecond, double untilSeconds) {
    return load(perSecond, untilSeconds, t -> 1);
  }

  /** As above; the rate times a factor, by time in milliseconds. */
  Cluster load(double perSecond, double untilSeconds, DoubleUnaryOperator factor) {
    simulation.arrivals(
        perSecond,
        untilSeconds * 1000,
        factor,
        () -> clients.get((int) simulation.below(clients.size())).call());
    return this;
  }

  /** Lets it run until this second. */
  Cluster run(double untilSeconds) {
    simulation.run(untilSeconds * 1000);
    return this;
  }

  /** The part of all attempts that a server received, 0 to 1. */
  double share(int server) {
    return (double) servers.get(server).received / received();
  }

  /** Attempts that arrived at the servers. */
  long received() {
    long sum = 0;
    for (Server s : servers) {
      sum += s.received;
    }
    return sum;
  }

  /** Attempts that arrived, per call. */
  double amplification() {
    long calls = 0;
    for (Client c : clients) {
      calls += c.calls;
    }
    return (double) received() / calls;
  }

  /** Requests in flight in all policies; 0 when all is over. */
  int inFlight() {
    int sum = 0;
    for (Client c : clients) {
      sum += c.policy.endpointStates().stream().mapToInt(e -> e.inFlight()).sum();
    }
    return sum;
  }
}
