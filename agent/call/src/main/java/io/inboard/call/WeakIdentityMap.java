// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * State that an adapter keeps for a library's object, since a woven class gets no field. Keys are
 * compared by identity (a library's {@code equals} may call two requests equal) and held weakly; a
 * value must not refer to its key. Any thread; reads take no lock.
 *
 * @param <K> the library's objects
 * @param <V> the adapter's state
 */
public final class WeakIdentityMap<K, V> {
  private final ConcurrentHashMap<Object, V> values = new ConcurrentHashMap<>();
  private final ReferenceQueue<K> collected = new ReferenceQueue<>();
  private final Consumer<V> lost;

  /** A map that forgets in silence. */
  public WeakIdentityMap() {
    this(state -> {});
  }

  /**
   * @param lost gets the state of an object that was garbage collected, at some later use of the
   *     map and on that thread
   */
  public WeakIdentityMap(Consumer<V> lost) {
    this.lost = lost;
  }

  /** The state of an object; null if it has none. */
  public V get(K key) {
    return values.isEmpty() ? null : values.get(new Probe(key));
  }

  /** Sets the state of an object; returns what it had, or null. */
  public V put(K key, V value) {
    expunge();
    return values.put(new WeakKey<>(key, collected), value);
  }

  /** Sets the state of an object that has none; returns what it has already, or null. */
  public V putIfAbsent(K key, V value) {
    expunge();
    return values.putIfAbsent(new WeakKey<>(key, collected), value);
  }

  /** Takes the state of an object away; null if it has none. */
  public V remove(K key) {
    return values.isEmpty() ? null : values.remove(new Probe(key));
  }

  /** Takes the state of an object away if it still is this one. */
  public boolean remove(K key, V value) {
    return !values.isEmpty() && values.remove(new Probe(key), value);
  }

  /** Whether no object has state; cheaper than {@link #size}. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** How many objects have state; those collected meanwhile may count. */
  public int size() {
    expunge();
    return values.size();
  }

  private void expunge() {
    for (Reference<? extends K> r = collected.poll(); r != null; r = collected.poll()) {
      V value = values.remove(r);
      if (value != null) {
        lost.accept(value);
      }
    }
  }

  /** What is stored: equal to itself, and to a probe for the object that it still holds. */
  private static final class WeakKey<K> extends WeakReference<K> {
    private final int hash;

    WeakKey(K key, ReferenceQueue<K> queue) {
      super(key, queue);
      this.hash = System.identityHashCode(key);
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
      return mine != null
          && (other instanceof WeakKey<?> key ? key.get() == mine : ((Probe) other).key == mine);
    }
  }

  /**
   * What is looked up with: short-lived, so that a look-up makes no reference for the collector.
   */
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
      return other instanceof WeakKey<?> stored && stored.get() == key;
    }
  }
}
