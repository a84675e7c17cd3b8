// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
  private final List<Entry> suffixes = new ArrayList<>();

  /**
   * @param governsAll whether libraries repeat nothing by themselves, also for hosts of none of
   *     these
   */
  Snapshot(boolean enabled, boolean governsAll, List<Entry> entries) {
    this.enabled = enabled;
    this.governsAll = governsAll;
    this.entries = List.copyOf(entries);
    Map<String, List<Entry>> byHost = new HashMap<>();
    for (Entry e : entries) {
      if (e.host.startsWith("*.")) {
        suffixes.add(e);
      } else {
        byHost.computeIfAbsent(bare(e.host), h -> new ArrayList<>(1)).add(e);
      }
    }
    // Both sorts are stable: the order of the settings decides among equals.
    Comparator<Entry> portFirst = Comparator.comparing(e -> e.port == 0);
    byHost.forEach(
        (host, list) -> {
          list.sort(portFirst);
          exact.put(host, list.toArray(Entry[]::new));
        });
    suffixes.sort(Comparator.<Entry>comparingInt(e -> -e.host.length()).thenComparing(portFirst));
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
    String host = bare(requestedHost.toLowerCase(Locale.ROOT));
    Entry[] candidates = exact.get(host);
    if (candidates != null) {
      for (Entry e : candidates) {
        if (e.port == 0 || e.port == port) {
          return e.found;
        }
      }
    }
    for (Entry e : suffixes) {
      if ((e.port == 0 || e.port == port) && under(host, e.host)) {
        return e.found;
      }
    }
    return Optional.empty();
  }

  /** {@code a.shop} and {@code a.b.shop} are under {@code *.shop}; {@code shop} is not. */
  private static boolean under(String host, String suffix) {
    int length = suffix.length() - 1;
    return host.length() > length && host.regionMatches(host.length() - length, suffix, 1, length);
  }

  /** IPv6 literals stand in brackets in a URL, and may or may not in what a library tells. */
  private static String bare(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
