// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.mesh;

import io.inboard.settings.CanonicalHost;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hosts and ports that the application has called by https. A hooked client that DNS leads from
 * there to an endpoint of a MUTUAL destination brings TLS of its own, which stays its own: that is
 * not seen where its connection is opened. Kept only while some destination is guarded. What goes
 * there by http all the same is judged before it is sent; see {@link StrayCalls}. Safe for use by
 * any thread; reading takes no lock.
 */
final class OwnTls {
  /** Beyond, a connection is judged as if it was in the clear. */
  private static final int MOST = 1_000;

  private final Set<String> places = ConcurrentHashMap.newKeySet();

  /**
   * @param host as in the application's URL
   */
  void add(String host, int port) {
    String key = FoundEndpoints.key(CanonicalHost.of(host), port);
    if (!places.contains(key) && places.size() < MOST) {
      places.add(key);
    }
  }

  /**
   * @param host as the connection's address carries it
   */
  boolean has(String host, int port) {
    return !places.isEmpty() && places.contains(FoundEndpoints.key(CanonicalHost.of(host), port));
  }
}
