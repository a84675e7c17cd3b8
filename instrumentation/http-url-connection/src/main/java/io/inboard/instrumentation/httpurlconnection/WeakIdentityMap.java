// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * State beside objects of the JDK, which cannot get a field: keys are compared by identity and held
 * weakly. A value must not reach its key. Safe for use by any thread; reading takes no lock.
 */
final class WeakIdentityMap<K, V> {
  private final ConcurrentMap<Object, V> values = new ConcurrentHashMap<>();
  private final ReferenceQueue<K> collected = new ReferenceQueue<>();
  private final Consumer<V> lost;

  /**
   * @param lost hears the value of a key that was collected, at some later use of the map
   */
  WeakIdentityMap(Consumer<V> lost) {
    this.lost = lost;
  }

  /** The value, or null. */
  V get(K key) {
    return values.get(new Probe(key));
  }

  void put(K key, V value) {
    expunge();
    values.put(new Entry(key, collected), value);
  }

  /** Removes the value if it still is this one. */
  void remove(K key, V value) {
    values.remove(new Probe(key), value);
  }

  private void expunge() {
    for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
      V value = values.remove(gone);
      if (value != null) {
        lost.accept(value);
      }
    }
  }

  /** A key at rest. */
  private static final class Entry extends WeakReference<Object> {
    private final int hash;

    @SuppressWarnings("unchecked")
    Entry(Object key, ReferenceQueue<?> queue) {
      super(key, (ReferenceQueue<Object>) queue);
      hash = System.identityHashCode(key);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(Object other) {
      if (this == other) {
        return true;
      }
      Object key = get();
      return key != null && other instanceof Entry entry && entry.get() == key;
    }
  }

  /** A key to look up with. */
  private record Probe(Object key) {
    @Override
    public int hashCode() {
      return System.identityHashCode(key);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry entry && entry.get() == key;
    }
  }
}
