// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The attributes of a span: a name and a value in turn in one array, in the order in which they
 * were given. A span has a dozen at most, so looking through all costs less than hashing. Guarded
 * by its span, and unchanging once that has ended.
 */
final class SpanAttributes implements Attributes {
  private Object[] pairs;
  private int length;

  /**
   * @param expected how many there will be, more or less
   */
  SpanAttributes(int expected) {
    this.pairs = new Object[2 * expected];
  }

  /** Sets a value in place of one of the same key; keys are constants, hence compared by ==. */
  void put(AttributeKey<?> key, Object value) {
    for (int i = 0; i < length; i += 2) {
      if (pairs[i] == key) {
        pairs[i + 1] = value;
        return;
      }
    }
    if (length == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * length);
    }
    pairs[length++] = key;
    pairs[length++] = value;
  }

  @Override
  @SuppressWarnings("unchecked") // A key's type is its value's.
  public <T> T get(AttributeKey<T> key) {
    for (int i = 0; i < length; i += 2) {
      if (pairs[i].equals(key)) {
        return (T) pairs[i + 1];
      }
    }
    return null;
  }

  @Override
  public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
    for (int i = 0; i < length; i += 2) {
      consumer.accept((AttributeKey<?>) pairs[i], pairs[i + 1]);
    }
  }

  @Override
  public int size() {
    return length / 2;
  }

  @Override
  public boolean isEmpty() {
    return length == 0;
  }

  @Override
  public Map<AttributeKey<?>, Object> asMap() {
    Map<AttributeKey<?>, Object> map = new LinkedHashMap<>();
    forEach(map::put);
    return map;
  }

  @Override
  public AttributesBuilder toBuilder() {
    return Attributes.builder().putAll(this);
  }

  @Override
  public String toString() {
    return asMap().toString();
  }
}
