// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Objects that all parts of one library find by a name, in whichever class loaders they live. An
 * adapter's own static fields are others in each of them: JBoss Modules loads Undertow's servlets
 * apart from its core. They live and die with the library's class. Any thread; asked once by each
 * copy of an adapter's class.
 */
public final class SharedKeys {
  private static final ClassValue<Map<String, Object>> KEYS =
      new ClassValue<>() {
        @Override
        protected Map<String, Object> computeValue(Class<?> library) {
          return new ConcurrentHashMap<>();
        }
      };

  private SharedKeys() {}

  /**
   * The object of that name; made by the first who asks.
   *
   * @param library a class that every part of the library sees as the same
   * @param made must refer to nothing of an adapter's
   */
  @SuppressWarnings("unchecked") // One name has one type.
  public static <T> T of(Class<?> library, String name, Supplier<T> made) {
    return (T) KEYS.get(library).computeIfAbsent(name, absent -> made.get());
  }
}
