// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.settings.CanonicalHost;
import io.inboard.settings.DestinationSettings;
import io.inboard.settings.DestinationSettings.TlsMode;
import io.inboard.settings.DestinationSettings.UnknownClients;
import io.inboard.settings.EndpointSettings;
import io.inboard.settings.Instance;
import io.inboard.settings.Settings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where only the mesh may connect: hosts and endpoints of destinations whose TLS is MUTUAL.
 * Immutable, but for the endpoints that sources find.
 *
 * <p>A library mostly connects to an address that carries the name which it was looked up by, so
 * both are compared; nothing is looked up here.
 */
final class GuardedHosts {
  static final GuardedHosts NONE = new GuardedHosts(List.of(), new FoundEndpoints());

  /** All destinations, since the closest one counts, whatever its mode. */
  private final HostTable<DestinationSettings> hosts = new HostTable<>();

  /** The same at any port: an endpoint's port need not be the destination's. */
  private final HostTable<DestinationSettings> names = new HostTable<>();

  /** By canonical host and port. */
  private final Map<String, DestinationSettings> endpoints = new HashMap<>();

  /** Those whose endpoints a source finds, or the addresses of whose endpoints a resolver does. */
  private final List<DestinationSettings> discovered = new ArrayList<>();

  private final FoundEndpoints found;
  private final boolean none;
  private final boolean refusesAny;

  private GuardedHosts(List<DestinationSettings> destinations, FoundEndpoints found) {
    this.found = found;
    boolean any = false;
    boolean refuses = false;
    for (DestinationSettings d : destinations) {
      hosts.add(d.host(), d.port(), d);
      names.add(d.host(), 0, d);
      any |= isGuarded(d);
      refuses |= isGuarded(d) && d.unknownClients() == UnknownClients.REFUSE;
      for (Instance e : isGuarded(d) ? d.listed() : List.<Instance>of()) {
        endpoints.putIfAbsent(FoundEndpoints.key(CanonicalHost.of(e.host()), e.port()), d);
      }
      if (isGuarded(d) && areFound(d)) {
        discovered.add(d);
      }
    }
    none = !any;
    refusesAny = refuses;
  }

  /**
   * @param found what sources have found by now, at each question
   */
  static GuardedHosts of(Settings settings, FoundEndpoints found) {
    return settings.enabled() ? new GuardedHosts(settings.destinations(), found) : NONE;
  }

  private static boolean areFound(DestinationSettings destination) {
    boolean found = destination.endpoints() instanceof EndpointSettings.Discovered;
    for (Instance each : destination.listed()) {
      found |= !each.literal();
    }
    return found;
  }

  private static boolean isGuarded(DestinationSettings destination) {
    return destination.tls().mode() == TlsMode.MUTUAL;
  }

  /** The destination that has an endpoint at an address or name; null: none. */
  private DestinationSettings withEndpoint(String host, int port) {
    String key = FoundEndpoints.key(host, port);
    DestinationSettings listed = endpoints.get(key);
    if (listed != null) {
      return listed;
    }
    for (int i = 0; i < discovered.size(); i++) { // No iterator for each connection.
      if (found.has(discovered.get(i).name(), key)) {
        return discovered.get(i);
      }
    }
    return null;
  }

  /** Whether there is nothing to guard. */
  boolean isEmpty() {
    return none;
  }

  /** Whether clients that no hook knows are refused anywhere. */
  boolean refusesAny() {
    return refusesAny;
  }

  /** The destination that guards what is connected to. */
  Optional<DestinationSettings> find(InetSocketAddress remote) {
    if (none) {
      return Optional.empty();
    }
    // Without a look-up: the name, if the address carries one, else the address as text.
    String host = CanonicalHost.of(remote.getHostString());
    DestinationSettings endpoint = withEndpoint(host, remote.getPort());
    if (endpoint == null && remote.getAddress() != null) {
      endpoint = withEndpoint(literal(remote.getAddress()), remote.getPort());
      if (endpoint == null && remote.getAddress().isAnyLocalAddress()) {
        // Which systems take for this host: 0.0.0.0 and :: reach what listens on loopback.
        endpoint = withEndpoint("127.0.0.1", remote.getPort());
        endpoint = endpoint == null ? withEndpoint("::1", remote.getPort()) : endpoint;
      }
    }
    return endpoint != null
        ? Optional.of(endpoint)
        : hosts.find(host, remote.getPort()).filter(GuardedHosts::isGuarded);
  }

  /**
   * The destination whose endpoint this is, by address or by the name that the settings give it.
   *
   * @param host as in the application's URL
   */
  Optional<DestinationSettings> endpoint(String host, int port) {
    return none
        ? Optional.empty()
        : Optional.ofNullable(withEndpoint(CanonicalHost.of(host), port));
  }

  /** The name of the destination that guards a host or an endpoint, at whatever port. */
  Optional<String> named(String host, int port) {
    return endpoint(host, port).or(() -> names.find(host, 0)).map(DestinationSettings::name);
  }

  /**
   * Whether a connection of a client that hooks know goes to a guarded endpoint by a name of no
   * destination: DNS or the application led it there. The mesh itself connects to addresses that
   * carry a destination's host. Calls by the endpoint's own address or name are judged before they
   * connect; see {@link StrayCalls}.
   */
  boolean isStray(InetSocketAddress remote) {
    String name = CanonicalHost.of(remote.getHostString());
    return remote.getAddress() != null
        && !name.equals(literal(remote.getAddress()))
        && withEndpoint(name, remote.getPort()) == null
        && names.find(name, 0).isEmpty();
  }

  private static String literal(InetAddress address) {
    return CanonicalHost.of(address.getHostAddress());
  }
}
