// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;

/**
 * Which span, in which trace. The ids are numbers here, and text only where somebody asks for it: a
 * request asks once, for the header that it sends. Immutable.
 */
class TraceIds implements SpanContext {
  static final int SAMPLED = 0x01;
  static final int RANDOM = 0x02;

  /** No span: every id is zero, which is invalid. */
  static final TraceIds NONE = new TraceIds(0, 0, 0, 0, false, TraceState.getDefault());

  /** How long a trace id and a span id are as text. */
  static final int TRACE_LENGTH = 32;

  static final int SPAN_LENGTH = 16;

  private final long traceHigh;
  private final long traceLow;
  private final long spanId;
  private final byte flags;
  private final boolean remote;
  private final TraceState state;

  /**
   * @param traceHigh the first eight bytes of the trace's id
   * @param traceLow the last eight, which are random, and by which samplers decide
   * @param remote whether it came with a message
   */
  TraceIds(
      long traceHigh, long traceLow, long spanId, int flags, boolean remote, TraceState state) {
    this.traceHigh = traceHigh;
    this.traceLow = traceLow;
    this.spanId = spanId;
    this.flags = (byte) flags;
    this.remote = remote;
    this.state = state;
  }

  final long traceHigh() {
    return traceHigh;
  }

  final long traceLow() {
    return traceLow;
  }

  final long spanId() {
    return spanId;
  }

  final int flags() {
    return flags & 0xff;
  }

  /** The same as it came, with what the message says beside it. */
  final TraceIds with(TraceState other) {
    return new TraceIds(traceHigh, traceLow, spanId, flags, remote, other);
  }

  /** Writes the trace's id as {@link #TRACE_LENGTH} digits. */
  final void writeTraceId(byte[] to, int at) {
    Chars.writeHex(traceHigh, to, at);
    Chars.writeHex(traceLow, to, at + Long.BYTES * 2);
  }

  /** Writes the span's id as {@link #SPAN_LENGTH} digits. */
  final void writeSpanId(byte[] to, int at) {
    Chars.writeHex(spanId, to, at);
  }

  /** Whether it is the same span, whatever else a message says of it. */
  final boolean isSameSpan(TraceIds other) {
    return spanId == other.spanId && traceLow == other.traceLow && traceHigh == other.traceHigh;
  }

  @Override
  public final String getTraceId() {
    byte[] text = new byte[TRACE_LENGTH];
    writeTraceId(text, 0);
    return Chars.ascii(text);
  }

  @Override
  public final String getSpanId() {
    byte[] text = new byte[SPAN_LENGTH];
    writeSpanId(text, 0);
    return Chars.ascii(text);
  }

  @Override
  public final TraceFlags getTraceFlags() {
    return TraceFlags.fromByte(flags);
  }

  @Override
  public final TraceState getTraceState() {
    return state;
  }

  @Override
  public final boolean isSampled() {
    return (flags & SAMPLED) != 0;
  }

  @Override
  public final boolean isValid() {
    return (traceHigh | traceLow) != 0 && spanId != 0;
  }

  @Override
  public final boolean isRemote() {
    return remote;
  }
}
