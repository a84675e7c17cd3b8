// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpserver;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Those that wait, up to a bound that they share: of more one goes, of those whom nobody would miss
 * first (they linger), then of the address that has most of them, and of these the one that has
 * waited longest. So one address that opens many connections ends its own, not those of others. Not
 * for several threads.
 *
 * @param <K> who waits, told by {@code equals}
 * @param <V> what is known of it
 */
final class Shares<K, V> {
  private final int most;

  /** The oldest first. */
  private final Map<K, Place<V>> places = new LinkedHashMap<>();

  private final Map<Object, Share> shares = new HashMap<>();

  private record Place<V>(V value, Object address, Share share, boolean lingers) {
    boolean goesBefore(Place<V> older) {
      return lingers == older.lingers ? share.count > older.share.count : lingers;
    }
  }

  /** How many one address has. */
  private static final class Share {
    private int count;
  }

  Shares(int most) {
    this.most = most;
  }

  /**
   * With whom a peer shares: who has an IPv6 address has a network of 64 bits of them (RFC 4291,
   * 2.5.1).
   *
   * @param address null if it is not known; then so is the answer
   */
  static Object of(InetAddress address) {
    return address instanceof Inet6Address
        ? ByteBuffer.wrap(address.getAddress()).getLong()
        : address;
  }

  boolean has(K key) {
    return places.containsKey(key);
  }

  int size() {
    return places.size();
  }

  /**
   * Adds one that is not there.
   *
   * @param address of its peer; those without one, null, share as if they had the same
   */
  void add(K key, V value, Object address, boolean lingers) {
    Share share = shares.computeIfAbsent(address, a -> new Share());
    share.count++;
    places.put(key, new Place<>(value, address, share, lingers));
  }

  /** Takes one away; null if it is not there. */
  V remove(K key) {
    Place<V> place = places.remove(key);
    if (place == null) {
      return null;
    }
    place.share.count--;
    if (place.share.count == 0) {
      shares.remove(place.address);
    }
    return place.value;
  }

  /** The one that is to go; null while they are not too many. */
  K surplus() {
    if (places.size() <= most) {
      return null;
    }
    K chosen = null;
    Place<V> its = null;
    for (Map.Entry<K, Place<V>> each : places.entrySet()) {
      if (its == null || each.getValue().goesBefore(its)) {
        chosen = each.getKey();
        its = each.getValue();
      }
    }
    return chosen;
  }
}
