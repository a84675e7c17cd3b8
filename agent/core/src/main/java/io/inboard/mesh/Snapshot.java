// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.time.Clock;
import java.util.List;
import java.util.Optional;

/** One version of the settings, compiled for look-ups. Immutable. */
final class Snapshot {
  static final Snapshot OFF =
      new Snapshot(false, false, List.of(), new EndpointMatches(Clock.SYSTEM), GuardedHosts.NONE);

  /** A destination, and what it matches. */
  record Entry(String host, int port, Destination destination) {}

  private final boolean enabled;
  private final boolean governsAll;
  private final List<Entry> entries;
  private final EndpointMatches byEndpoint;
  private final GuardedHosts guarded;
  private final HostTable<Destination> byHost = new HostTable<>();

  /**
   * @param governsAll whether libraries repeat nothing by themselves, also for hosts of none of
   *     these
   * @param byEndpoint what leads to these beside their hosts
   * @param guarded what must not be called around these
   */
  Snapshot(
      boolean enabled,
      boolean governsAll,
      List<Entry> entries,
      EndpointMatches byEndpoint,
      GuardedHosts guarded) {
    this.enabled = enabled;
    this.governsAll = governsAll;
    this.entries = List.copyOf(entries);
    this.byEndpoint = byEndpoint;
    this.guarded = guarded;
    for (Entry e : entries) {
      byHost.add(e.host, e.port, e.destination);
    }
  }

  boolean enabled() {
    return enabled;
  }

  boolean governsAll() {
    return governsAll;
  }

  GuardedHosts guarded() {
    return guarded;
  }

  EndpointMatches byEndpoint() {
    return byEndpoint;
  }

  List<Entry> entries() {
    return entries;
  }

  /** The closest destination whose host matches; see {@link HostTable}. */
  Optional<Destination> find(String host, int port) {
    return byHost.find(host, port);
  }
}
