// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.concurrent.TimeUnit;

/**
 * A span's ids that are also the context with this span and nothing else, as the SDK asks for it
 * with each value of a metric, to keep some of them as exemplars. The library's own context copies
 * an array for that, and wraps the ids in a span.
 *
 * <p>For the SDK it is a span that only passes its ids on, like the one that {@link Span#wrap}
 * makes: what is set on it that way is not kept.
 */
abstract class SpanOnly extends TraceIds implements Span, Context {
  /** What spans are asked for by; the library shows it to nobody else. */
  private static final ContextKey<?> SPAN = Asked.keyOfSpans();

  SpanOnly(
      long traceHigh, long traceLow, long spanId, int flags, boolean remote, TraceState state) {
    super(traceHigh, traceLow, spanId, flags, remote, state);
  }

  /**
   * The context of a value that was measured while this span was under way. There are no exemplars
   * of spans that are not sampled.
   */
  static Context of(SpanOnly span) {
    return span.isSampled() ? span : Context.root();
  }

  @Override
  @SuppressWarnings("unchecked") // The key of spans is one of spans.
  public final <V> V get(ContextKey<V> key) {
    return key == SPAN ? (V) this : null;
  }

  @Override
  public final <V> Context with(ContextKey<V> key, V value) {
    return Context.root().with(this).with(key, value);
  }

  /** Of two interfaces; that of the contexts. */
  @Override
  @SuppressWarnings("MustBeClosedChecker") // The caller's to close.
  public final Scope makeCurrent() {
    return Context.super.makeCurrent();
  }

  @Override
  public final SpanContext getSpanContext() {
    return this;
  }

  @Override
  public final boolean isRecording() {
    return false;
  }

  @Override
  public final <T> Span setAttribute(AttributeKey<T> key, T value) {
    return this;
  }

  @Override
  public final Span addEvent(String name, Attributes attributes) {
    return this;
  }

  @Override
  public final Span addEvent(String name, Attributes attributes, long time, TimeUnit unit) {
    return this;
  }

  @Override
  public final Span setStatus(StatusCode code, String description) {
    return this;
  }

  @Override
  public final Span recordException(Throwable error, Attributes attributes) {
    return this;
  }

  @Override
  public final Span updateName(String name) {
    return this;
  }

  @Override
  public final void end(long time, TimeUnit unit) {}

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
