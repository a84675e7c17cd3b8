// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.opentelemetry.api.trace.TraceState;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Zipkin's B3 headers (github.com/openzipkin/b3-propagation), as one header or as several. Ids are
 * lower-case hex; a trace id of 64 bits is padded to 128. The debug flag is taken as "sampled".
 */
final class B3 {
  static final String SINGLE = "b3";
  static final String TRACE_ID = "x-b3-traceid";
  static final String SPAN_ID = "x-b3-spanid";
  static final String PARENT_ID = "x-b3-parentspanid";
  static final String SAMPLED = "x-b3-sampled";
  static final String FLAGS = "x-b3-flags";

  private B3() {}

  /**
   * Reads {@code b3: TRACEID-SPANID[-STATE[-PARENT]]}.
   *
   * @param decide decides by the last eight bytes of the trace id where the sender has left the
   *     decision to us
   */
  static TraceIds readSingle(HeaderView headers, LongPredicate decide) {
    List<String> values = headers.headers(SINGLE);
    if (values.size() != 1) {
      return TraceIds.NONE;
    }
    String[] parts = Chars.trimOws(values.get(0)).split("-", -1);
    if (parts.length < 2 || parts.length > 4 || (parts.length == 4 && !validId(parts[3], 16))) {
      return TraceIds.NONE;
    }
    return create(parts[0], parts[1], parts.length > 2 ? parts[2] : "", decide);
  }

  /** Reads {@code X-B3-TraceId}, {@code X-B3-SpanId}, {@code X-B3-Sampled}, {@code X-B3-Flags}. */
  static TraceIds readMulti(HeaderView headers, LongPredicate decide) {
    String state = "1".equals(one(headers, FLAGS)) ? "d" : one(headers, SAMPLED);
    return create(one(headers, TRACE_ID), one(headers, SPAN_ID), state, decide);
  }

  private static String one(HeaderView headers, String name) {
    List<String> values = headers.headers(name);
    return values.size() == 1 ? Chars.trimOws(values.get(0)) : "";
  }

  private static TraceIds create(
      String traceId, String spanId, String state, LongPredicate decide) {
    if ((!validId(traceId, 32) && !validId(traceId, 16)) || !validId(spanId, 16)) {
      return TraceIds.NONE;
    }
    long high = traceId.length() == 16 ? 0 : Chars.hexLong(traceId, 0);
    long low = Chars.hexLong(traceId, traceId.length() - 16);
    boolean sampled;
    switch (state) {
      case "1", "d", "true" -> sampled = true;
      case "0", "false" -> sampled = false;
      case "" -> sampled = decide.test(low);
      default -> {
        return TraceIds.NONE;
      }
    }
    return new TraceIds(
        high,
        low,
        Chars.hexLong(spanId, 0),
        sampled ? TraceIds.SAMPLED : 0,
        true,
        TraceState.getDefault());
  }

  private static boolean validId(String id, int length) {
    return id.length() == length && Chars.lowerHex(id, 0, length) && !Chars.zeros(id, 0, length);
  }

  static void writeSingle(TraceIds span, HeaderSink headers) {
    headers.set(SINGLE, span.getTraceId() + "-" + span.getSpanId() + "-" + state(span));
  }

  static void writeMulti(TraceIds span, HeaderSink headers) {
    headers.set(TRACE_ID, span.getTraceId());
    headers.set(SPAN_ID, span.getSpanId());
    headers.set(SAMPLED, state(span));
  }

  /** Removes both forms. */
  static void remove(HeaderSink headers) {
    headers.remove(SINGLE);
    headers.remove(TRACE_ID);
    headers.remove(SPAN_ID);
    headers.remove(PARENT_ID);
    headers.remove(SAMPLED);
    headers.remove(FLAGS);
  }

  private static String state(TraceIds span) {
    return span.isSampled() ? "1" : "0";
  }
}
