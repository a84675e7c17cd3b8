// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collection;
import java.util.List;

/**
 * Spans as OTLP's ExportTraceServiceRequest (opentelemetry-proto, trace/v1/trace.proto), byte for
 * byte what the SDK's exporter makes of them. That one goes through every span twice and asks for
 * its attributes as objects: it took four tenths of what tracing cost a service.
 *
 * <p>For one thread at a time.
 */
final class SpanEncoder {
  // The fields of each message, by its name in the proto.
  private static final int REQUEST_RESOURCE_SPANS = 1;
  private static final int RESOURCE_SPANS_RESOURCE = 1;
  private static final int RESOURCE_SPANS_SCOPE_SPANS = 2;
  private static final int RESOURCE_SPANS_SCHEMA_URL = 3;
  private static final int RESOURCE_ATTRIBUTES = 1;
  private static final int SCOPE_SPANS_SCOPE = 1;
  private static final int SCOPE_SPANS_SPANS = 2;
  private static final int SCOPE_NAME = 1;
  private static final int SPAN_TRACE_ID = 1;
  private static final int SPAN_ID = 2;
  private static final int SPAN_TRACE_STATE = 3;
  private static final int SPAN_PARENT_ID = 4;
  private static final int SPAN_NAME = 5;
  private static final int SPAN_KIND = 6;
  private static final int SPAN_START = 7;
  private static final int SPAN_END = 8;
  private static final int SPAN_ATTRIBUTES = 9;
  private static final int SPAN_EVENTS = 11;
  private static final int SPAN_STATUS = 15;
  private static final int SPAN_FLAGS = 16;
  private static final int EVENT_TIME = 1;
  private static final int EVENT_NAME = 2;
  private static final int EVENT_ATTRIBUTES = 3;
  private static final int STATUS_CODE = 3;

  private static final int KIND_SERVER = 2;
  private static final int KIND_CLIENT = 3;
  private static final int STATUS_ERROR = 2;

  /** Whether the parent is remote is known, and whether it is. */
  private static final int HAS_IS_REMOTE = 0x100;

  private static final int IS_REMOTE = 0x200;

  private static final byte[] SERVER_PORT = ProtoBuffer.keyOf(Keys.SERVER_PORT.getKey());
  private static final byte[] PEER_PORT = ProtoBuffer.keyOf(Keys.PEER_PORT.getKey());
  private static final byte[] STATUS = ProtoBuffer.keyOf(Keys.STATUS.getKey());
  private static final byte[] RPC_STATUS = ProtoBuffer.keyOf(Keys.RPC_STATUS.getKey());
  private static final byte[] RESEND_COUNT = ProtoBuffer.keyOf(Keys.RESEND_COUNT.getKey());

  private final ProtoBuffer out;

  /**
   * What stood last at each place, those of servers first. Most of what spans say is what the span
   * before has said, too: then it is copied as it was written.
   */
  private final String[] last = new String[2 * SpanField.MOST];

  /** The attributes of these texts; null until a text has come twice. */
  private final byte[][] written = new byte[2 * SpanField.MOST][];

  /** What {@link #head} and {@link #schema} were made of: the same for all spans of this JVM. */
  private ActiveSpan.Origin origin;

  private byte[] head = {};
  private byte[] scope = {};
  private String schema = "";

  SpanEncoder(ProtoBuffer out) {
    this.out = out;
  }

  /**
   * Writes a request.
   *
   * @param spans of ours, ended, of one resource; at least one
   */
  void encode(Collection<SpanData> spans) {
    learn(((ActiveSpan) spans.iterator().next()).origin());
    int resourceSpans = out.begin(REQUEST_RESOURCE_SPANS);
    out.fields(head);
    int scopeSpans = out.begin(RESOURCE_SPANS_SCOPE_SPANS);
    out.fields(scope);
    for (SpanData span : spans) {
      encode((ActiveSpan) span);
    }
    out.end(scopeSpans);
    if (!schema.isEmpty()) {
      out.string(RESOURCE_SPANS_SCHEMA_URL, schema);
    }
    out.end(resourceSpans);
  }

  private void learn(ActiveSpan.Origin of) {
    if (of != origin) {
      origin = of;
      head = head(of.resource());
      scope = scope(of.scope());
      String url = of.resource().getSchemaUrl();
      schema = url == null ? "" : url;
    }
  }

  private static byte[] head(Resource resource) {
    ProtoBuffer bytes = new ProtoBuffer(1024);
    int message = bytes.begin(RESOURCE_SPANS_RESOURCE);
    attributes(bytes, RESOURCE_ATTRIBUTES, resource.getAttributes());
    bytes.end(message);
    return bytes.toByteArray();
  }

  private static byte[] scope(InstrumentationScopeInfo scope) {
    ProtoBuffer bytes = new ProtoBuffer(64);
    int message = bytes.begin(SCOPE_SPANS_SCOPE);
    bytes.string(SCOPE_NAME, scope.getName());
    bytes.end(message);
    return bytes.toByteArray();
  }

  /** Of resources and events, whose attributes are texts and numbers. */
  private static void attributes(ProtoBuffer to, int field, Attributes attributes) {
    attributes.forEach(
        (AttributeKey<?> key, Object value) -> {
          byte[] name = ProtoBuffer.keyOf(key.getKey());
          if (value instanceof Long number) {
            to.attribute(field, name, number);
          } else {
            to.attribute(field, name, value.toString());
          }
        });
  }

  private void encode(ActiveSpan span) {
    int message = out.begin(SCOPE_SPANS_SPANS);
    out.id(SPAN_TRACE_ID, span.traceHigh(), span.traceLow());
    out.id(SPAN_ID, span.spanId());
    TraceState state = span.getTraceState();
    if (!state.isEmpty()) {
      out.string(SPAN_TRACE_STATE, TraceStateHeader.write(state));
    }
    TraceIds parent = span.parent();
    if (parent.isValid()) {
      out.id(SPAN_PARENT_ID, parent.spanId());
    }
    out.string(SPAN_NAME, span.getName());
    out.varint(SPAN_KIND, span.ofServer() ? KIND_SERVER : KIND_CLIENT);
    out.fixed64(SPAN_START, span.getStartEpochNanos());
    out.fixed64(SPAN_END, span.getEndEpochNanos());
    attributes(span);
    List<EventData> events = span.getEvents();
    for (int i = 0; i < events.size(); i++) {
      event(events.get(i));
    }
    int status = out.begin(SPAN_STATUS);
    if (span.failed()) {
      out.varint(STATUS_CODE, STATUS_ERROR);
    }
    out.end(status);
    out.fixed32(SPAN_FLAGS, span.flags() | HAS_IS_REMOTE | (parent.isRemote() ? IS_REMOTE : 0));
    out.end(message);
  }

  private void attributes(ActiveSpan span) {
    String[] texts = span.texts();
    boolean ofServer = span.ofServer();
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      if (text != null) {
        text(ofServer, i, text);
      }
    }
    number(SERVER_PORT, span.serverPort());
    number(PEER_PORT, span.peerPort());
    number(span.isGrpc() ? RPC_STATUS : STATUS, span.status());
    number(RESEND_COUNT, span.resendCount());
  }

  private void text(boolean ofServer, int place, String text) {
    int at = ofServer ? place : SpanField.MOST + place;
    boolean again = text.equals(last[at]);
    if (again && written[at] != null) {
      out.fields(written[at]);
      return;
    }
    int before = out.length();
    out.attribute(SPAN_ATTRIBUTES, SpanField.at(ofServer, place).encoded(), text);
    last[at] = text;
    written[at] = again ? out.from(before) : null;
  }

  private void number(byte[] key, int value) {
    if (value != ActiveSpan.UNSET) {
      out.attribute(SPAN_ATTRIBUTES, key, value);
    }
  }

  private void event(EventData event) {
    int message = out.begin(SPAN_EVENTS);
    out.fixed64(EVENT_TIME, event.getEpochNanos());
    out.string(EVENT_NAME, event.getName());
    attributes(out, EVENT_ATTRIBUTES, event.getAttributes());
    out.end(message);
  }
}
