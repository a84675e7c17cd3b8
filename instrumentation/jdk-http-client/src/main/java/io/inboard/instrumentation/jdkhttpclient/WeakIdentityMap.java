// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdkhttpclient;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What we know of objects of the library, to which no field can be added. By identity: two equal
 * {@code HttpRequest}s are two requests. Entries are removed by their owners; a key that is
 * forgotten takes its entry along, provided that the value does not hold the key. Reading takes no
 * lock.
 */
final class WeakIdentityMap<V> {
  private final ConcurrentHashMap<Object, V> entries = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> forgotten = new ReferenceQueue<>();

  /** The value, or null. */
  V get(Object key) {
    return entries.get(new Probe(key));
  }

  void put(Object key, V value) {
    for (Reference<?> gone = forgotten.poll(); gone != null; gone = forgotten.poll()) {
      entries.remove(gone);
    }
    entries.put(new Key(key, forgotten), value);
  }

  void remove(Object key) {
    entries.remove(new Probe(key));
  }

  int size() {
    return entries.size();
  }

  private static final class Key extends WeakReference<Object> {
    private final int hash;

    Key(Object key, ReferenceQueue<Object> queue) {
      super(key, queue);
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
      Object mine = get();
      return mine != null && other instanceof Key key && mine == key.get();
    }
  }

  /** A key to look up with; never stored. */
  private static final class Probe {
    private final Object key;

    Probe(Object key) {
      this.key = key;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(key);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key stored && stored.get() == key;
    }
  }
}
