// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The attributes of a span that has ended, as the SDK's interfaces show them, in the order in which
 * they are exported.
 *
 * @param asMap unchanging
 */
record SpanAttributes(Map<AttributeKey<?>, Object> asMap) implements Attributes {
  static SpanAttributes of(ActiveSpan span) {
    Map<AttributeKey<?>, Object> map = new LinkedHashMap<>();
    String[] texts = span.texts();
    for (int i = 0; i < texts.length; i++) {
      if (texts[i] != null) {
        map.put(SpanField.at(span.ofServer(), i).key(), texts[i]);
      }
    }
    number(map, Keys.SERVER_PORT, span.serverPort());
    number(map, Keys.PEER_PORT, span.peerPort());
    number(map, span.isGrpc() ? Keys.RPC_STATUS : Keys.STATUS, span.status());
    number(map, Keys.RESEND_COUNT, span.resendCount());
    return new SpanAttributes(map);
  }

  private static void number(Map<AttributeKey<?>, Object> map, AttributeKey<Long> key, int value) {
    if (value != ActiveSpan.UNSET) {
      map.put(key, (long) value);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // A key's type is its value's.
  public <T> T get(AttributeKey<T> key) {
    return (T) asMap.get(key);
  }

  @Override
  public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
    asMap.forEach(consumer);
  }

  @Override
  public int size() {
    return asMap.size();
  }

  @Override
  public boolean isEmpty() {
    return asMap.isEmpty();
  }

  @Override
  public AttributesBuilder toBuilder() {
    return Attributes.builder().putAll(this);
  }
}
