// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.command.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Reads the few fields of OTLP's {@code ExportTraceServiceRequest} that the demo shows; numbers of
 * fields as in opentelemetry-proto's trace.proto, resource.proto and common.proto. What it does not
 * know it steps over, as protobuf demands.
 */
final class OtlpReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer in;

  /** Of the field that {@link #next} came to. */
  private int field;

  private int type;

  private OtlpReader(ByteBuffer in) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The spans of one export.
   *
   * @throws IllegalArgumentException if it is no such message
   */
  static List<Span> spans(byte[] request) {
    List<Span> spans = new ArrayList<>();
    try {
      OtlpReader message = new OtlpReader(ByteBuffer.wrap(request));
      while (message.next()) {
        if (message.field == 1) {
          resourceSpans(message.message(), spans);
        } else {
          message.skip();
        }
      }
    } catch (java.nio.BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("not an OTLP trace export: cut short", e);
    }
    return spans;
  }

  private static void resourceSpans(OtlpReader resourceSpans, List<Span> spans) {
    Map<String, String> resource = new HashMap<>();
    List<OtlpReader> scopes = new ArrayList<>();
    while (resourceSpans.next()) {
      switch (resourceSpans.field) {
        case 1 -> attributes(resourceSpans.message(), 1, resource);
        case 2 -> scopes.add(resourceSpans.message());
        default -> resourceSpans.skip();
      }
    }
    String service = resource.getOrDefault("service.name", "");
    String instance = resource.getOrDefault("service.instance.id", service);
    for (OtlpReader scope : scopes) {
      while (scope.next()) {
        if (scope.field == 2) {
          spans.add(span(scope.message(), instance));
        } else {
          scope.skip();
        }
      }
    }
  }

  private static Span span(OtlpReader in, String instance) {
    String traceId = "";
    String spanId = "";
    String parentId = "";
    String name = "";
    int kind = 0;
    long start = 0;
    long end = 0;
    Map<String, String> attributes = new HashMap<>();
    while (in.next()) {
      switch (in.field) {
        case 1 -> traceId = HexFormat.of().formatHex(in.bytes());
        case 2 -> spanId = HexFormat.of().formatHex(in.bytes());
        case 4 -> parentId = HexFormat.of().formatHex(in.bytes());
        case 5 -> name = in.text();
        case 6 -> kind = (int) in.varint();
        case 7 -> start = in.in.getLong();
        case 8 -> end = in.in.getLong();
        case 9 -> attribute(in.message(), attributes);
        default -> in.skip();
      }
    }
    return new Span(traceId, spanId, parentId, instance, name, kind, start, end, attributes);
  }

  private static void attributes(OtlpReader in, int number, Map<String, String> into) {
    while (in.next()) {
      if (in.field == number) {
        attribute(in.message(), into);
      } else {
        in.skip();
      }
    }
  }

  private static void attribute(OtlpReader keyValue, Map<String, String> into) {
    String key = "";
    String value = "";
    while (keyValue.next()) {
      switch (keyValue.field) {
        case 1 -> key = keyValue.text();
        case 2 -> value = value(keyValue.message());
        default -> keyValue.skip();
      }
    }
    into.put(key, value);
  }

  /** Scalars; arrays and the like stay empty. */
  private static String value(OtlpReader in) {
    String value = "";
    while (in.next()) {
      switch (in.field) {
        case 1 -> value = in.text();
        case 2 -> value = Boolean.toString(in.varint() != 0);
        case 3 -> value = Long.toString(in.varint());
        case 4 -> value = Double.toString(in.in.getDouble());
        default -> in.skip();
      }
    }
    return value;
  }

  private boolean next() {
    if (!in.hasRemaining()) {
      return false;
    }
    int tag = (int) varint();
    field = tag >>> 3;
    type = tag & 7;
    return true;
  }

  private void skip() {
    switch (type) {
      case VARINT -> varint();
      case FIXED64 -> in.getLong();
      case LENGTH -> slice();
      case FIXED32 -> in.getInt();
      default -> throw new IllegalArgumentException("not an OTLP trace export: wire type " + type);
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("not an OTLP trace export: a number without an end");
  }

  private ByteBuffer slice() {
    int length = (int) varint();
    ByteBuffer slice = in.slice(in.position(), length);
    in.position(in.position() + length);
    return slice;
  }

  private OtlpReader message() {
    return new OtlpReader(slice());
  }

  private byte[] bytes() {
    ByteBuffer slice = slice();
    byte[] bytes = new byte[slice.remaining()];
    slice.get(bytes);
    return bytes;
  }

  private String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }
}
