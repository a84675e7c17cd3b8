// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.services;

import java.nio.ByteBuffer;

/**
 * Counts the spans of an OTLP export: field 1 of ExportTraceServiceRequest is a ResourceSpans,
 * field 2 of that a ScopeSpans, field 2 of that a span. What is inside a span is not looked at.
 */
final class Spans {
  /** The field's number at each depth. */
  private static final int[] FIELDS = {1, 2, 2};

  private Spans() {}

  /** Throws when the bytes are not a protobuf message. */
  static long count(byte[] message) {
    return count(ByteBuffer.wrap(message), 0);
  }

  private static long count(ByteBuffer in, int depth) {
    long found = 0;
    while (in.hasRemaining()) {
      long tag = varint(in);
      switch ((int) (tag & 7)) {
        case 0 -> varint(in);
        case 1 -> in.position(in.position() + 8);
        case 2 -> {
          int length = (int) varint(in);
          if (tag >>> 3 == FIELDS[depth]) {
            found += depth == 2 ? 1 : count(in.slice(in.position(), length), depth + 1);
          }
          in.position(in.position() + length);
        }
        case 5 -> in.position(in.position() + 4);
        default -> throw new IllegalArgumentException("no protobuf: tag " + tag);
      }
    }
    return found;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
