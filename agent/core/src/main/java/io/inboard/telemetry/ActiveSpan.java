// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * A span from its start to its export, in one object: the exporter reads what requests have
 * written. The SDK's own span keeps attributes in a hash map and is copied when it is exported,
 * which came to some 2 KB a span.
 *
 * <p>Safe for use by any thread: what changes is guarded by this object until the span has ended,
 * and never changes again. A span that is not recorded has ids only and ignores everything else.
 */
final class ActiveSpan implements SpanData {
  /** No span: its context is invalid. */
  static final ActiveSpan NONE = new ActiveSpan(SpanContext.getInvalid());

  private static final AttributeKey<String> EXCEPTION_TYPE =
      AttributeKey.stringKey("exception.type");
  private static final AttributeKey<String> EXCEPTION_MESSAGE =
      AttributeKey.stringKey("exception.message");
  private static final AttributeKey<String> EXCEPTION_STACKTRACE =
      AttributeKey.stringKey("exception.stacktrace");

  /**
   * What all spans of this JVM have in common.
   *
   * @param queue where they go when they end
   */
  record Origin(Resource resource, InstrumentationScopeInfo scope, Clock clock, SpanQueue queue) {}

  private final SpanContext context;
  private final SpanContext parent;
  private final SpanKind kind;

  /** Null, like its attributes, for a span that is not recorded. */
  private final Origin origin;

  private final SpanAttributes attributes;
  private final long startEpochNanos;
  private final long startNanos;
  private String name;
  private StatusData status = StatusData.unset();
  private List<EventData> events = List.of();
  private long endEpochNanos;
  private boolean ended;

  /** A span that is recorded, and begins now. */
  ActiveSpan(Origin origin, SpanContext context, SpanContext parent, SpanKind kind, String name) {
    this.origin = origin;
    this.context = context;
    this.parent = parent;
    this.kind = kind;
    this.name = name;
    this.attributes = new SpanAttributes(kind == SpanKind.SERVER ? 14 : 8);
    this.startEpochNanos = origin.clock.now();
    this.startNanos = origin.clock.nanoTime();
  }

  /** A span that is not recorded. */
  ActiveSpan(SpanContext context) {
    this.origin = null;
    this.context = context;
    this.parent = SpanContext.getInvalid();
    this.kind = SpanKind.INTERNAL;
    this.name = "";
    this.attributes = null;
    this.startEpochNanos = 0;
    this.startNanos = 0;
  }

  boolean recording() {
    return origin != null;
  }

  void set(AttributeKey<String> key, String value) {
    put(key, value);
  }

  void set(AttributeKey<Long> key, long value) {
    if (recording()) {
      put(key, value);
    }
  }

  private synchronized void put(AttributeKey<?> key, Object value) {
    if (recording() && !ended) {
      attributes.put(key, value);
    }
  }

  synchronized void rename(String better) {
    if (!ended) {
      name = better;
    }
  }

  synchronized void fail() {
    if (!ended) {
      status = StatusData.error();
    }
  }

  /** Adds an exception as an event, as the semantic conventions have it. */
  void exception(Throwable error) {
    if (!recording()) {
      return;
    }
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    String message = error.getMessage();
    Attributes described =
        Attributes.builder()
            .put(EXCEPTION_TYPE, error.getClass().getName())
            .put(EXCEPTION_MESSAGE, message)
            .put(EXCEPTION_STACKTRACE, trace.toString())
            .build();
    EventData event = EventData.create(now(), "exception", described);
    synchronized (this) {
      if (!ended) {
        events = List.of(event);
      }
    }
  }

  /** Ends the span, once: it goes to the exporter. */
  void end() {
    if (!recording()) {
      return;
    }
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      endEpochNanos = now();
    }
    origin.queue.add(this);
  }

  /** Never before the start, even if the wall clock is set back. */
  private long now() {
    return startEpochNanos + (origin.clock.nanoTime() - startNanos);
  }

  @Override
  public SpanContext getSpanContext() {
    return context;
  }

  @Override
  public SpanContext getParentSpanContext() {
    return parent;
  }

  @Override
  public SpanKind getKind() {
    return kind;
  }

  @Override
  public Resource getResource() {
    return origin.resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return origin.scope;
  }

  @Override
  @Deprecated
  public io.opentelemetry.sdk.common.InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return io.opentelemetry.sdk.common.InstrumentationLibraryInfo.create(
        origin.scope.getName(), null);
  }

  @Override
  public long getStartEpochNanos() {
    return startEpochNanos;
  }

  // What follows is read by the exporter, which has the span through its queue: after its end.

  @Override
  public String getName() {
    return name;
  }

  @Override
  public StatusData getStatus() {
    return status;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public List<EventData> getEvents() {
    return events;
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public long getEndEpochNanos() {
    return endEpochNanos;
  }

  @Override
  public boolean hasEnded() {
    return ended;
  }

  @Override
  public int getTotalRecordedEvents() {
    return events.size();
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }
}
