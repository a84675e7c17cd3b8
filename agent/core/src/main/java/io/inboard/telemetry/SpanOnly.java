// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;

/**
 * A context with a span and nothing else, as the SDK asks for it with each value of a metric, to
 * keep some of them as exemplars. The library's own context copies an array for that.
 *
 * @param span sampled; of others there are no exemplars
 */
record SpanOnly(Span span) implements Context {
  /** What spans are asked for by; the library shows it to nobody else. */
  private static final ContextKey<?> SPAN = Asked.keyOfSpans();

  /** The context of a value that was measured while this span was under way. */
  static Context of(TraceIds ids) {
    return ids.isSampled() ? new SpanOnly(Span.wrap(ids)) : Context.root();
  }

  @Override
  @SuppressWarnings("unchecked") // The key of spans is one of spans.
  public <V> V get(ContextKey<V> key) {
    return key == SPAN ? (V) span : null;
  }

  @Override
  public <V> Context with(ContextKey<V> key, V value) {
    return Context.root().with(span).with(key, value);
  }

  /** Notes what it is asked for. */
  private static final class Asked implements Context {
    private ContextKey<?> key;

    static ContextKey<?> keyOfSpans() {
      Asked asked = new Asked();
      Span.fromContext(asked);
      return asked.key;
    }

    @Override
    public <V> V get(ContextKey<V> wanted) {
      key = wanted;
      return null;
    }

    @Override
    public <V> Context with(ContextKey<V> other, V value) {
      throw new UnsupportedOperationException("only asked");
    }
  }
}
