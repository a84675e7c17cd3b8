// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.call.HeaderSink;
import io.inboard.call.HeaderView;
import io.opentelemetry.api.trace.TraceState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Reads and writes the headers that settings name, in their order; of several trace formats in one
 * message the last valid one counts, as in OpenTelemetry's composite propagator. Immutable.
 */
final class Propagation {
  /** One trace format. */
  private enum Format {
    TRACECONTEXT,
    B3_SINGLE,
    B3_MULTI;

    TraceIds read(HeaderView headers, LongPredicate decide) {
      return switch (this) {
        case TRACECONTEXT -> TraceParent.read(headers);
        case B3_SINGLE -> {
          // A sender may use either form; the single header is the stronger one.
          TraceIds single = B3.readSingle(headers, decide);
          yield single.isValid() ? single : B3.readMulti(headers, decide);
        }
        case B3_MULTI -> {
          TraceIds multi = B3.readMulti(headers, decide);
          yield multi.isValid() ? multi : B3.readSingle(headers, decide);
        }
      };
    }

    void write(TraceIds span, HeaderSink headers) {
      switch (this) {
        case TRACECONTEXT -> {
          headers.set(TraceParent.PARENT, TraceParent.write(span));
          TraceState state = span.getTraceState();
          if (!state.isEmpty()) {
            headers.set(TraceParent.STATE, TraceStateHeader.write(state));
          }
        }
        case B3_SINGLE -> B3.writeSingle(span, headers);
        case B3_MULTI -> B3.writeMulti(span, headers);
      }
    }

    void remove(HeaderSink headers) {
      if (this == TRACECONTEXT) {
        headers.remove(TraceParent.PARENT);
        headers.remove(TraceParent.STATE);
      } else {
        B3.remove(headers);
      }
    }
  }

  private final Format[] formats;
  private final boolean baggage;

  /**
   * @param names of {@code tracecontext, baggage, b3, b3multi}; others are left out
   */
  Propagation(List<String> names) {
    List<Format> found = new ArrayList<>();
    for (String name : names) {
      switch (name) {
        case "tracecontext" -> found.add(Format.TRACECONTEXT);
        case "b3" -> found.add(Format.B3_SINGLE);
        case "b3multi" -> found.add(Format.B3_MULTI);
        default -> {}
      }
    }
    this.formats = found.toArray(new Format[0]);
    this.baggage = names.contains("baggage");
  }

  /** The trace context of a message; {@link TraceIds#NONE} if it has none. */
  TraceIds readSpan(HeaderView headers, LongPredicate decide) {
    TraceIds found = TraceIds.NONE;
    for (Format format : formats) {
      TraceIds read = format.read(headers, decide);
      found = read.isValid() ? read : found;
    }
    return found;
  }

  /** The baggage of a message. */
  BaggageHeader readBaggage(HeaderView headers) {
    return baggage ? BaggageHeader.read(headers.headers(BaggageHeader.NAME)) : BaggageHeader.EMPTY;
  }

  /** Writes trace headers for a span; nothing for an invalid one. */
  void writeSpan(TraceIds span, HeaderSink headers) {
    if (span.isValid()) {
      for (Format format : formats) {
        format.write(span, headers);
      }
    }
  }

  /** Removes trace headers, in every form that {@link #readSpan} reads. */
  void removeSpan(HeaderSink headers) {
    for (Format format : formats) {
      format.remove(headers);
    }
  }

  /** Writes baggage, unless there is none. */
  void writeBaggage(BaggageHeader value, HeaderSink headers) {
    if (baggage && !value.header().isEmpty()) {
      headers.set(BaggageHeader.NAME, value.header());
    }
  }
}
