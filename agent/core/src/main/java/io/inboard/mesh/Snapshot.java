// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.settings.CanonicalHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One version of the settings, compiled for look-ups. Immutable.
 *
 * <p>Of the destinations that match a host, the closest serves it: exact host with port, exact
 * host, longest suffix with port, longest suffix; of equals the first in the settings.
 */
final class Snapshot {
  static final Snapshot OFF = new Snapshot(false, false, List.of());

  /** A destination, and what it matches. */
  record Entry(String host, int port, Optional<Destination> found) {
    Entry(String host, int port, Destination destination) {
      this(host, port, Optional.of(destination));
    }

    Destination destination() {
      return found.get();
    }
  }

  private final boolean enabled;
  private final boolean governsAll;
  private final List<Entry> entries;
  private final Map<String, Entry[]> exact = new HashMap<>();

  /** By what hosts end with, from its dot on: {@code .shop}. */
  private final Map<String, Entry[]> suffixes = new HashMap<>();

  /**
   * @param governsAll whether libraries repeat nothing by themselves, also for hosts of none of
   *     these
   */
  Snapshot(boolean enabled, boolean governsAll, List<Entry> entries) {
    this.enabled = enabled;
    this.governsAll = governsAll;
    this.entries = List.copyOf(entries);
    for (Entry e : entries) {
      if (e.host.startsWith("*.")) {
        add(suffixes, "." + CanonicalHost.of(e.host.substring(2)), e);
      } else {
        add(exact, CanonicalHost.of(e.host), e);
      }
    }
  }

  /** Those with a port first; among equals the order of the settings. */
  private static void add(Map<String, Entry[]> to, String key, Entry entry) {
    Entry[] before = to.getOrDefault(key, new Entry[0]);
    int at = before.length;
    while (at > 0 && entry.port != 0 && before[at - 1].port == 0) {
      at--;
    }
    Entry[] alike = new Entry[before.length + 1];
    System.arraycopy(before, 0, alike, 0, at);
    alike[at] = entry;
    System.arraycopy(before, at, alike, at + 1, before.length - at);
    to.put(key, alike);
  }

  boolean enabled() {
    return enabled;
  }

  boolean governsAll() {
    return governsAll;
  }

  List<Entry> entries() {
    return entries;
  }

  Optional<Destination> find(String requestedHost, int port) {
    String host = CanonicalHost.of(requestedHost);
    Optional<Destination> found = find(exact.get(host), port);
    if (found.isPresent() || suffixes.isEmpty()) {
      return found;
    }
    // The longest first. a.shop and a.b.shop are under *.shop, and shop is not.
    for (int dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1)) {
      found = find(suffixes.get(host.substring(dot)), port);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * @param alike null: none
   */
  private static Optional<Destination> find(Entry[] alike, int port) {
    if (alike != null) {
      for (Entry e : alike) {
        if (e.port == 0 || e.port == port) {
          return e.found;
        }
      }
    }
    return Optional.empty();
  }
}
