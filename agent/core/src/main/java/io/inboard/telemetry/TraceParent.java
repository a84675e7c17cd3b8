// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderView;
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

  private static final int TRACE = 3;
  private static final int SPAN = 36;
  private static final int FLAGS = 53;

  /** One for each thread, and kept: half of what the header would cost. */
  private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(TraceParent::blank);

  private TraceParent() {}

  private static byte[] blank() {
    byte[] text = new byte[LENGTH];
    text[0] = '0';
    text[1] = '0';
    text[TRACE - 1] = '-';
    text[SPAN - 1] = '-';
    text[FLAGS - 1] = '-';
    return text;
  }

  /**
   * Reads the context that a message carries; {@link TraceIds#NONE} when there is none, or one that
   * must be ignored: malformed, or given twice.
   */
  static TraceIds read(HeaderView headers) {
    TraceIds parent = parse(Chars.trimOws(headers.only(PARENT)));
    if (!parent.isValid()) {
      return parent;
    }
    List<String> states = headers.headers(STATE);
    if (states.isEmpty()) {
      return parent;
    }
    TraceState state = TraceStateHeader.read(states);
    return state.isEmpty() ? parent : parent.with(state);
  }

  private static TraceIds parse(CharSequence value) {
    if (value.length() < LENGTH
        || value.charAt(TRACE - 1) != '-'
        || value.charAt(SPAN - 1) != '-'
        || value.charAt(FLAGS - 1) != '-'
        || !Chars.lowerHex(value, 0, TRACE - 1)
        || !Chars.lowerHex(value, TRACE, SPAN - 1)
        || !Chars.lowerHex(value, SPAN, FLAGS - 1)
        || !Chars.lowerHex(value, FLAGS, LENGTH)) {
      return TraceIds.NONE;
    }
    int version = Chars.hexByte(value, 0);
    if (version == 0xff
        || (version == 0 && value.length() != LENGTH)
        || (value.length() > LENGTH && value.charAt(LENGTH) != '-')) {
      return TraceIds.NONE;
    }
    // Of a future version only the sampled bit is known; of ours, other bits must not travel on.
    int known = version == 0 ? TraceIds.SAMPLED | TraceIds.RANDOM : TraceIds.SAMPLED;
    TraceIds read =
        new TraceIds(
            Chars.hexLong(value, TRACE),
            Chars.hexLong(value, TRACE + 16),
            Chars.hexLong(value, SPAN),
            Chars.hexByte(value, FLAGS) & known,
            true,
            TraceState.getDefault());
    return read.isValid() ? read : TraceIds.NONE;
  }

  /** The header's value for a span of ours. */
  static String write(TraceIds span) {
    byte[] text = SCRATCH.get();
    span.writeTraceId(text, TRACE);
    span.writeSpanId(text, SPAN);
    int flags = span.flags() & (TraceIds.SAMPLED | TraceIds.RANDOM);
    text[FLAGS] = '0';
    text[FLAGS + 1] = (byte) ('0' + flags);
    return Chars.ascii(text);
  }
}
