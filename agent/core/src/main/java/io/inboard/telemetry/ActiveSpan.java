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
import java.util.Arrays;
import java.util.List;

/**
 * A span from its start to its export, in one object: its ids, which are its context, and what the
 * exporter reads of it. The SDK's own span keeps attributes in a hash map and is copied when it is
 * exported, which came to some 2 KB a span.
 *
 * <p>The thread that starts a span describes it, before any other knows of it ({@link #describe});
 * after that it is safe for use by any thread: what changes is guarded by this object until the
 * span has ended, and never changes again. A span that is not recorded has ids only and ignores
 * everything else.
 */
final class ActiveSpan extends SpanOnly implements SpanData {
  /** Stands for a number that is not there. */
  static final int UNSET = -1;

  private static final String[] NO_TEXTS = {};

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

  private final TraceIds parent;
  private final boolean ofServer;

  /** Null for a span that is not recorded. */
  private final Origin origin;

  private final long startEpochNanos;

  /** When it began, on the clock of intervals; how long it was, once it has ended. */
  private long nanos;

  /** By their places, see {@link SpanField}; those that are null are not there. */
  private String[] texts;

  private int serverPort = UNSET;
  private int peerPort = UNSET;
  private int status = UNSET;
  private short resendCount = UNSET;

  /** Whether its status is one of gRPC. Set by who describes it. */
  private boolean grpc;

  private String name;
  private List<EventData> events = List.of();
  private boolean failed;
  private boolean ended;

  /**
   * A span that begins now.
   *
   * @param origin null: it is not recorded
   * @param parent perhaps invalid
   * @param kind SERVER or CLIENT
   */
  ActiveSpan(
      Origin origin,
      long traceHigh,
      long traceLow,
      long spanId,
      int flags,
      TraceIds parent,
      SpanKind kind,
      String name) {
    super(traceHigh, traceLow, spanId, flags, false, parent.getTraceState());
    this.origin = origin;
    this.parent = parent;
    this.ofServer = kind == SpanKind.SERVER;
    this.name = name;
    if (origin == null) {
      this.texts = NO_TEXTS;
      this.startEpochNanos = 0;
      this.nanos = System.nanoTime();
    } else {
      this.texts = new String[ofServer ? SpanField.USUAL_SERVER : SpanField.USUAL_CLIENT];
      this.startEpochNanos = origin.clock.now();
      this.nanos = origin.clock.nanoTime();
    }
  }

  private ActiveSpan(TraceIds ids) {
    super(
        ids.traceHigh(),
        ids.traceLow(),
        ids.spanId(),
        ids.flags(),
        ids.isRemote(),
        ids.getTraceState());
    this.origin = null;
    this.parent = TraceIds.NONE;
    this.ofServer = false;
    this.name = "";
    this.texts = NO_TEXTS;
    this.startEpochNanos = 0;
    this.nanos = System.nanoTime();
  }

  /** These ids, perhaps invalid, as a span that is not recorded. */
  static ActiveSpan passedOn(TraceIds ids) {
    return new ActiveSpan(ids);
  }

  boolean recording() {
    return origin != null;
  }

  /** Sets an attribute: on the thread that started the span, which has told nobody of it yet. */
  void describe(SpanField field, String value) {
    if (origin != null) {
      put(field, value);
    }
  }

  /** A call of gRPC; see {@link #describe}. */
  void describe(Rpc rpc) {
    if (origin != null) {
      grpc = true;
      put(SpanField.RPC_SYSTEM, Rpc.SYSTEM);
      put(SpanField.RPC_METHOD, rpc.method());
      if (!rpc.service().isEmpty()) {
        put(SpanField.RPC_SERVICE, rpc.service());
      }
    }
  }

  /** See {@link #describe}. */
  void describePorts(int server, int peer) {
    serverPort = server;
    peerPort = peer;
  }

  /** See {@link #describe}. */
  void describeResend(int count) {
    resendCount = (short) count;
  }

  /** Sets an attribute. */
  void set(SpanField field, String value) {
    if (origin != null) {
      synchronized (this) {
        if (!ended) {
          put(field, value);
        }
      }
    }
  }

  private void put(SpanField field, String value) {
    int place = field.place(ofServer);
    if (place >= texts.length) {
      texts = Arrays.copyOf(texts, place < SpanField.SOME ? SpanField.SOME : SpanField.MOST);
    }
    texts[place] = value;
  }

  /** Ends the span as a failed one, once {@link #end} is called. */
  synchronized void fail() {
    if (!ended) {
      failed = true;
    }
  }

  /** Sets the status of the response. */
  synchronized void status(int code) {
    if (!ended) {
      status = code;
    }
  }

  /**
   * Ends the span, once: it goes to the exporter.
   *
   * @param code the status of the response; 0: there was none. Of a call of gRPC {@link #status}
   *     has told it
   * @param errorType empty: it did not fail
   * @param error null: there was none
   * @param better the span's name from now on; null: it stays as it is
   * @param route the route that the name has; null: none
   */
  void end(int code, String errorType, Throwable error, String better, String route) {
    if (origin == null) {
      return;
    }
    List<EventData> happened = error == null ? events : List.of(exception(error));
    synchronized (this) {
      if (ended) {
        return;
      }
      if (code > 0 && !grpc) {
        status = code;
      }
      if (!errorType.isEmpty()) {
        put(SpanField.ERROR_TYPE, errorType);
        failed = true;
      }
      if (route != null) {
        put(SpanField.ROUTE, route);
        name = better;
      }
      events = happened;
      ended = true;
      nanos = elapsedNanos();
    }
    origin.queue.add(this);
  }

  /** Ends the span, once, as it is: it goes to the exporter. */
  @Override
  public void end() {
    end(0, "", null, null, null);
  }

  /** An exception as an event, as the semantic conventions have it. */
  private EventData exception(Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    String message = error.getMessage();
    Attributes described =
        Attributes.builder()
            .put(EXCEPTION_TYPE, error.getClass().getName())
            .put(EXCEPTION_MESSAGE, message)
            .put(EXCEPTION_STACKTRACE, trace.toString())
            .build();
    return EventData.create(startEpochNanos + elapsedNanos(), "exception", described);
  }

  /**
   * The time since the start, also of a span that is not recorded. Asked before its end, by who
   * ends it.
   */
  long elapsedNanos() {
    return (origin == null ? System.nanoTime() : origin.clock.nanoTime()) - nanos;
  }

  TraceIds parent() {
    return parent;
  }

  /** Whether it is a SERVER span; else a CLIENT span. */
  boolean ofServer() {
    return ofServer;
  }

  Origin origin() {
    return origin;
  }

  // What follows is read by the exporter, which has the span through its queue: after its end.

  String[] texts() {
    return texts;
  }

  int serverPort() {
    return serverPort;
  }

  int peerPort() {
    return peerPort;
  }

  int status() {
    return status;
  }

  boolean isGrpc() {
    return grpc;
  }

  int resendCount() {
    return resendCount;
  }

  boolean failed() {
    return failed;
  }

  @Override
  public SpanContext getParentSpanContext() {
    return parent;
  }

  @Override
  public SpanKind getKind() {
    return ofServer ? SpanKind.SERVER : SpanKind.CLIENT;
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

  @Override
  public String getName() {
    return name;
  }

  @Override
  public StatusData getStatus() {
    return failed ? StatusData.error() : StatusData.unset();
  }

  @Override
  public Attributes getAttributes() {
    return SpanAttributes.of(this);
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
    // Never before the start, even if the wall clock was set back.
    return ended ? startEpochNanos + nanos : 0;
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
    return getAttributes().size();
  }
}
