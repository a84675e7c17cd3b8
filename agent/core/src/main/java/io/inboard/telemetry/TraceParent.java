// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.List;

/**
 * The {@code traceparent} and {@code tracestate} headers, as W3C Trace Context says (level 1, with
 * level 2's random flag and keys): strict in what it reads, version 00 in what it writes.
 */
final class TraceParent {
  static final String PARENT = "traceparent";
  static final String STATE = "tracestate";

  /** {@code 00-} 32 {@code -} 16 {@code -} 2. */
  private static final int LENGTH = 55;

  private static final int SAMPLED = 0x01;
  private static final int RANDOM = 0x02;

  private TraceParent() {}

  /**
   * Reads the context that a message carries; {@link SpanContext#getInvalid()} when there is none,
   * or one that must be ignored: malformed, or given twice.
   */
  static SpanContext read(List<String> parents, List<String> states) {
    if (parents.size() != 1) {
      return SpanContext.getInvalid();
    }
    SpanContext parent = parse(Chars.trimOws(parents.get(0)), TraceState.getDefault());
    if (!parent.isValid() || states.isEmpty()) {
      return parent;
    }
    TraceState state = TraceStateHeader.read(states);
    return state.isEmpty()
        ? parent
        : SpanContext.createFromRemoteParent(
            parent.getTraceId(), parent.getSpanId(), parent.getTraceFlags(), state);
  }

  private static SpanContext parse(String value, TraceState state) {
    if (value.length() < LENGTH
        || value.charAt(2) != '-'
        || value.charAt(35) != '-'
        || value.charAt(52) != '-'
        || !Chars.lowerHex(value, 0, 2)
        || !Chars.lowerHex(value, 3, 35)
        || !Chars.lowerHex(value, 36, 52)
        || !Chars.lowerHex(value, 53, LENGTH)
        || Chars.zeros(value, 3, 35)
        || Chars.zeros(value, 36, 52)) {
      return SpanContext.getInvalid();
    }
    int version = Chars.hexByte(value, 0);
    if (version == 0xff
        || (version == 0 && value.length() != LENGTH)
        || (value.length() > LENGTH && value.charAt(LENGTH) != '-')) {
      return SpanContext.getInvalid();
    }
    // Of a future version only the sampled bit is known; of ours, other bits must not travel on.
    int flags = Chars.hexByte(value, 53) & (version == 0 ? SAMPLED | RANDOM : SAMPLED);
    return SpanContext.createFromRemoteParent(
        value.substring(3, 35), value.substring(36, 52), TraceFlags.fromByte((byte) flags), state);
  }

  /** The header's value for a span of ours. */
  static String write(SpanContext span) {
    byte flags = (byte) (span.getTraceFlags().asByte() & (SAMPLED | RANDOM));
    // Of the right size at once: growing twice would cost as much again.
    return new StringBuilder(LENGTH)
        .append("00-")
        .append(span.getTraceId())
        .append('-')
        .append(span.getSpanId())
        .append('-')
        .append(TraceFlags.fromByte(flags).asHex())
        .toString();
  }
}
