// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.settings.CanonicalHost;
import io.inboard.settings.Instance;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The addresses that sources have found for destinations whose TLS is MUTUAL, those of listed names
 * included. The settings do not have them, and whoever connects there around the mesh is to be seen
 * all the same. Safe for use by any thread.
 */
public final class FoundEndpoints {
  private final Map<String, Set<String>> byDestination = new ConcurrentHashMap<>();

  /** The destination's endpoints are these from now on. */
  void found(String destination, List<Instance> instances) {
    Set<String> keys = new HashSet<>(instances.size() * 4 / 3 + 1);
    for (Instance each : instances) {
      keys.add(key(CanonicalHost.of(each.host()), each.port()));
    }
    byDestination.put(destination, keys);
  }

  /** Forgets all destinations but these. */
  void retain(Set<String> destinations) {
    byDestination.keySet().retainAll(destinations);
  }

  /**
   * @param key see {@link #key}
   */
  boolean has(String destination, String key) {
    Set<String> keys = byDestination.get(destination);
    return keys != null && keys.contains(key);
  }

  /** By what an endpoint is found: its canonical host and its port. */
  static String key(String host, int port) {
    return host.concat(" ").concat(Integer.toString(port)); // Before main, too: no invokedynamic.
  }
}
