// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.settings.CanonicalHost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stands under hosts and their ports. Filled by one thread, then read by any.
 *
 * <p>Of the entries that match a host, the closest is found: exact host with port, exact host,
 * longest suffix with port, longest suffix; of equals the first one that was added.
 */
final class HostTable<T> {
  private final Map<String, List<Entry<T>>> exact = new HashMap<>();

  /** By what hosts end with, from its dot on: {@code .shop}. */
  private final Map<String, List<Entry<T>>> suffixes = new HashMap<>();

  private record Entry<T>(int port, Optional<T> value) {}

  /**
   * @param host exact, or {@code *.suffix}
   * @param port 0: any
   */
  void add(String host, int port, T value) {
    boolean suffix = host.startsWith("*.");
    Map<String, List<Entry<T>>> map = suffix ? suffixes : exact;
    String key = suffix ? ".".concat(CanonicalHost.of(host.substring(2))) : CanonicalHost.of(host);
    // No lambda: settings are read before main.
    List<Entry<T>> alike = map.get(key);
    if (alike == null) {
      alike = new ArrayList<>(1);
      map.put(key, alike);
    }
    int at = alike.size();
    // Those with a port first.
    while (at > 0 && port != 0 && alike.get(at - 1).port == 0) {
      at--;
    }
    alike.add(at, new Entry<>(port, Optional.of(value)));
  }

  /** What stands under a host, however it is spelled, and a port. */
  Optional<T> find(String requestedHost, int port) {
    if (exact.isEmpty() && suffixes.isEmpty()) {
      return Optional.empty();
    }
    String host = CanonicalHost.of(requestedHost);
    Optional<T> found = find(exact.get(host), port);
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
  private static <T> Optional<T> find(List<Entry<T>> alike, int port) {
    if (alike != null) {
      // By index: an iterator would be an object for each call.
      for (int i = 0; i < alike.size(); i++) {
        Entry<T> e = alike.get(i);
        if (e.port == 0 || e.port == port) {
          return e.value;
        }
      }
    }
    return Optional.empty();
  }
}
